/** The Python Package Index: the public upstream unless another is configured. */
export const PYPI_INDEX = 'https://pypi.org/simple/';

/** Where PyPI's index, and most mirrors of it, send clients for the files. */
export const PYPI_FILES = 'files.pythonhosted.org';

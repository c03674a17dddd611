/** The Python Package Index: the public upstream unless another is configured. */
export const PYPI_INDEX = 'https://pypi.org/simple/';

/** Where PyPI's index, and most mirrors of it, send clients for the files. */
export const PYPI_FILES = 'files.pythonhosted.org';

/** Where OSV publishes its records of PyPI, as `all.zip`, `modified_id.csv` and one file a record. */
export const OSV_PYPI = 'https://osv-vulnerabilities.storage.googleapis.com/PyPI';

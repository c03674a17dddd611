/** The Python Package Index: the public upstream unless another is configured. */
export const PYPI_INDEX = 'https://pypi.org/simple/';

/** The host of the files, for PyPI's index and most of its mirrors. */
export const PYPI_FILES = 'files.pythonhosted.org';

/** OSV's records of PyPI: `all.zip`, `modified_id.csv` and one file per record. */
export const OSV_PYPI = 'https://osv-vulnerabilities.storage.googleapis.com/PyPI';

/** Where OSV publishes its records of PyPI, as `all.zip`, `modified_id.csv` and one file a record. */
export const OSV_PYPI = 'https://osv-vulnerabilities.storage.googleapis.com/PyPI';

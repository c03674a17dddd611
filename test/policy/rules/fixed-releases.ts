/**
 * What advisories of the PyPA and of GitHub say of some releases, in few words: the advisory, the project, a version that it names
 * as the fix, the release below, which it affects, and a later one that it does not name.
 */
export const FIXED_RELEASES = [
  ['PYSEC-2023-212', 'urllib3', '2.0.7', '2.0.6', '2.0.8'],
  ['PYSEC-2023-192', 'urllib3', '1.26.17', '1.26.16', '1.26.99'],
  ['PYSEC-2023-74', 'requests', '2.31.0', '2.30.0', '2.31.1'],
  ['PYSEC-2023-221', 'werkzeug', '3.0.1', '3.0.0', '3.0.2'],
  ['PYSEC-2023-62', 'flask', '2.3.2', '2.3.1', '2.3.4'],
  ['PYSEC-2023-254', 'cryptography', '41.0.6', '41.0.5', '41.0.8'],
  ['PYSEC-2023-46', 'redis', '4.5.4', '4.5.3', '4.5.9'],
  ['PYSEC-2023-100', 'django', '4.2.3', '4.2.2', '4.2.99'],
  ['PYSEC-2024-48', 'black', '24.3.0', '24.2.0', '24.3.1'],
  ['PYSEC-2024-24', 'aiohttp', '3.9.2', '3.9.1', '3.9.6'],
  ['PYSEC-2024-60', 'idna', '3.7', '3.6', '3.7.1'],
  ['PYSEC-2022-43012', 'setuptools', '65.5.1', '65.5.0', '65.5.2'],
  ['GHSA-h5c8-rqwp-cp95', 'jinja2', '3.1.3', '3.1.2', '3.1.9'],
  ['GHSA-9wx4-h78v-vm56', 'requests', '2.32.0', '2.31.0', '2.32.9'],
  ['GHSA-34jh-p97f-mpxf', 'urllib3', '2.2.2', '2.2.1', '2.2.9'],
  ['GHSA-jjg7-2v4v-x38h', 'idna', '3.7', '3.6', '3.7.1'],
  ['GHSA-gmj6-6f8f-6699', 'jinja2', '3.1.5', '3.1.4', '3.1.9'],
  ['GHSA-cpwx-vrp4-4pq7', 'jinja2', '3.1.6', '3.1.5', '3.1.9'],
  ['PYSEC-2023-75', 'tornado', '6.3.2', '6.3.1', '6.3.3'],
  ['PYSEC-2024-38', 'fastapi', '0.109.1', '0.109.0', '0.109.2'],
  ['PYSEC-2023-135', 'certifi', '2023.7.22', '2023.5.7', '2023.11.17'],
  ['PYSEC-2023-87', 'sqlparse', '0.4.4', '0.4.3', '0.5.0'],
  ['PYSEC-2023-83', 'starlette', '0.27.0', '0.26.1', '0.28.0'],
  ['PYSEC-2024-68', 'django', '4.2.15', '4.2.14', '4.2.17'],
  ['PYSEC-2023-155', 'jupyter-server', '2.7.2', '2.7.1', '2.7.3'],
] as const;

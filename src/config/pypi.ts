/** The default upstream: PyPI's public simple index, and the host that its files come from. */
export const PYPI = {
  name: 'pypi',
  url: 'https://pypi.org/simple/',
  files: ['files.pythonhosted.org'],
} as const;

/** The User-Agents of real clients, with another kernel's release. */
export const AGENTS = {
  pip: 'pip/26.3 {"ci":null,"cpu":"x86_64","distro":{"id":"bookworm","libc":{"lib":"glibc","version":"2.36"},"name":"Debian GNU/Linux","version":"12"},"implementation":{"name":"CPython","version":"3.11.7"},"installer":{"name":"pip","version":"26.3"},"openssl_version":"OpenSSL 3.0.19 27 Jan 2026","python":"3.11.7","rustc_version":"1.95.0","setuptools_version":"65.5.0","system":{"name":"Linux","release":"6.1.0-18-amd64"}}',
  uv: 'uv/0.13.9 {"installer":{"name":"uv","version":"0.13.9","subcommand":["pip","install"]},"python":"3.11.7","implementation":{"name":"CPython","version":"3.11.7"},"distro":{"name":"Debian GNU/Linux","version":"12","id":"bookworm","libc":{"lib":"glibc","version":"2.36"}},"system":{"name":"Linux","release":"6.1.0-18-amd64"},"cpu":"x86_64","openssl_version":null,"setuptools_version":null,"rustc_version":null,"ci":null}',
  poetry: 'poetry/2.5.1 CPython/3.11.7 Linux/6.1.0-18-amd64',
  pdm: 'pdm/2.26.2 CPython/3.11.7 Linux/6.1.0-18-amd64',
} as const;

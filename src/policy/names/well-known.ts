import type { ProjectName } from '../../domain/project-name.js';
import { type Imitable, NameIndex } from './name-index.js';

/**
 * Likely targets of imitation, in alphabetical order: the 420 most downloaded projects of PyPI, 116 of the next 14,600, and
 * two that typosquats imitated (`deepseek`, `freqtrade`). The first were compared with a ranking of November 2026 that was
 * made from public download counts; no copy of it is kept, so only their form is tested. The others were chosen by hand.
 */
const PROJECTS = namesIn(`
accelerate acquisition aiobotocore aiofiles aiogram aiohappyeyeballs aiohttp aioitertools aiosignal alembic
annotated-doc annotated-types ansible anthropic anyio apache-airflow argcomplete arrow asgiref asn1crypto
asttokens async-timeout asyncpg attrs authlib awscli awswrangler azure-core azure-identity azure-storage-blob
babel backoff backports-tarfile bcrypt beartype beautifulsoup4 bitcoinlib black bleach blinker bokeh boto boto3
botocore brotli build cachecontrol cachetools cattrs ccxt celery certifi cffi cfgv cfn-lint chardet
charset-normalizer cleo click cloudpickle cmake colorama comm confluent-kafka contourpy coverage crashtest
croniter cryptography customtkinter cx-oracle cycler cyclopts cython dagster dask databricks-sdk
databricks-sql-connector dataclasses-json datadog datasets dbt-adapters dbt-common dbt-core debugpy decorator
deepdiff deepseek defusedxml deprecated deprecation diffusers dill discord discord-py distlib distro django
djangorestframework dnspython docker docstring-parser docutils duckdb dulwich durationpy editables elasticsearch
email-validator et-xmlfile eth-account eventlet exceptiongroup execnet executing fabric fake-useragent fastapi
fastjsonschema fastmcp feedparser filelock flask flask-cors flask-login flask-sqlalchemy flatbuffers fonttools
freqtrade frozenlist fsspec gcsfs gensim gevent gitdb gitpython google-analytics-admin google-api-core
google-api-python-client google-auth google-auth-httplib2 google-auth-oauthlib google-cloud-aiplatform
google-cloud-batch google-cloud-bigquery google-cloud-bigtable google-cloud-compute google-cloud-core
google-cloud-dataform google-cloud-dlp google-cloud-kms google-cloud-language google-cloud-logging
google-cloud-monitoring google-cloud-os-login google-cloud-pubsub google-cloud-redis google-cloud-secret-manager
google-cloud-speech google-cloud-storage google-cloud-tasks google-cloud-texttospeech
google-cloud-videointelligence google-cloud-vision google-cloud-workflows google-crc32c google-genai
google-resumable-media googleapis-common-protos gradio great-expectations greenlet griffelib grpc-google-iam-v1
grpcio grpcio-health-checking grpcio-status grpcio-tools gunicorn h11 h2 hatchling hf-xet hpack httpcore
httplib2 httptools httpx httpx-sse huggingface-hub hyperframe identify idna impacket importlib-metadata
importlib-resources iniconfig installer invoke ipykernel ipython isodate isort itsdangerous jaraco-classes
jaraco-context jaraco-functools jedi jeepney jellyfish jinja2 jiter jmespath joblib joserfc jsonpatch
jsonpath-ng jsonpointer jsonref jsonschema jsonschema-path jsonschema-specifications jupyter-client jupyter-core
kafka-python keras keyboard keyring kivy kiwisolver kubernetes langchain langchain-core langchain-openai
langsmith lark ldap3 librt lightgbm lightning linkify-it-py litellm llama-cloud-services llama-index llama-parse
loguru luigi lxml lz4 mako mariadb markdown markdown-it-py markupsafe marshmallow matplotlib matplotlib-inline
maturin mccabe mcp mdit-py-plugins mdurl meson mistune mitmproxy mlflow mock more-itertools mpmath msal
msal-extensions msgpack msrest multidict multiprocess mypy mypy-extensions mysql-connector-python mysqlclient
narwhals nbformat nest-asyncio netmiko networkx ninja nltk nodeenv nose notebook nuitka numpy oauthlib
onnxruntime openai openai-whisper opencv-python openpyxl opentelemetry-api opentelemetry-exporter-otlp
opentelemetry-exporter-otlp-proto-common opentelemetry-exporter-otlp-proto-grpc
opentelemetry-exporter-otlp-proto-http opentelemetry-instrumentation opentelemetry-instrumentation-requests
opentelemetry-instrumentation-threading opentelemetry-proto opentelemetry-sdk opentelemetry-semantic-conventions
opentelemetry-util-http orjson packaging pandas pandas-stubs paramiko parso pathable pathspec peewee pendulum
pexpect pika pillow pip pipenv pkginfo platformdirs playwright plotly pluggy poetry poetry-core
poetry-plugin-export polars praw pre-commit prefect prometheus-client prompt-toolkit propcache proto-plus
protobuf psutil psycopg psycopg-binary psycopg2 psycopg2-binary ptyprocess pure-eval py4j pyaes pyarrow pyasn1
pyasn1-modules pyautogui pycodestyle pycparser pycryptodome pycryptodomex pydantic pydantic-ai-slim
pydantic-core pydantic-graph pydantic-settings pyee pygame pygithub pygments pyinstaller pyjwt pykafka pymongo
pymssql pymupdf pymysql pynacl pynput pyodbc pyopenssl pyparsing pyperclip pyproject-hooks pyqt5 pyqt6 pyrogram
pyserial pyside6 pysocks pyspark pytest pytest-asyncio pytest-cov pytest-json-ctrf pytest-mock pytest-xdist
python-binance python-dateutil python-discovery python-dotenv python-json-logger python-multipart python-nmap
python-slugify python-telegram-bot pytokens pyttsx3 pytz pyusb pywin32 pyyaml pyzmq rapidfuzz ray redis
referencing regex requests requests-file requests-oauthlib requests-toolbelt rfc3339-validator rich rich-rst
rich-toolkit rpds-py rsa ruamel-yaml ruamel-yaml-clib ruff s3fs s3transfer safetensors scapy scikit-learn scipy
scrapy seaborn secretstorage selenium semver sentence-transformers sentry-sdk setuptools setuptools-scm sglang
shapely shellingham simplejson six slack-sdk smmap sniffio snowflake-connector-python snowflake-snowpark-python
snowflake-sqlalchemy solana sortedcontainers soupsieve spacy speechrecognition sphinx sqlalchemy
sqlalchemy-bigquery sqlparse sse-starlette stack-data starlette statsmodels streamlit structlog sympy tabulate
telethon telnyx tenacity tensorflow termcolor text-unidecode textual threadpoolctl tiktoken tinycss2 tokenizers
toml tomli tomli-w tomlkit torch tornado tox tqdm traitlets transformers tree-sitter trove-classifiers tweepy
twisted typeguard typer types-protobuf types-pyyaml types-requests typing-extensions typing-inspect
typing-inspection tzdata tzlocal uc-micro-py ujson ultralytics uritemplate urllib3 uv uvicorn uvloop
vcs-versioning virtualenv virtualenvwrapper vyper watchdog watchfiles wcwidth weaviate-client web3 webencodings
websocket-client websockets werkzeug wheel wrapt xgboost xlsxwriter xmltodict xxhash yarl ydb yfinance zipp
zstandard
`);

/** Modules of Python's standard library (`sys.stdlib_module_names` of 3.11): those that programs import, in lower case. */
const MODULES = namesIn(`
abc argparse array ast asynchat asyncio asyncore atexit base64 bdb binascii bisect builtins bz2 calendar cgi
cgitb cmath cmd code codecs codeop collections colorsys compileall concurrent configparser contextlib
contextvars copy copyreg cprofile crypt csv ctypes curses dataclasses datetime dbm decimal difflib dis distutils
doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch fractions ftplib
functools gc getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html http imaplib imghdr importlib
inspect io ipaddress itertools json keyword linecache locale logging lzma mailbox mailcap marshal math mimetypes
mmap modulefinder msvcrt multiprocessing netrc nntplib numbers operator optparse os pathlib pdb pickle
pickletools pipes pkgutil platform plistlib poplib posix pprint profile pstats pty pwd pyclbr pydoc queue quopri
random re readline reprlib resource rlcompleter runpy sched secrets select selectors shelve shlex shutil signal
site smtpd smtplib sndhdr socket socketserver sqlite3 ssl stat statistics string stringprep struct subprocess
symtable sys sysconfig syslog tarfile telnetlib tempfile termios textwrap threading time timeit tkinter token
tokenize tomllib trace traceback tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib uuid
venv warnings wave weakref webbrowser winreg winsound wsgiref xml xmlrpc zipapp zipfile zipimport zlib zoneinfo
`);

/**
 * The exceptions: established projects whose names resemble one of the above. The list is complete for the 15,000 most
 * downloaded projects, except those that are downloaded by mistake for another (docs/census.md lists them).
 */
const TWINS = namesIn(`
acachecontrol aiofile argparse arnparse arrow asn1 asyncio attrs authlib boto boto3 bpython brotlipy cchardet
configparser configparser2 contextlib2 contextvars cronitor ctransformers cwcwidth dataclasses datadogpy dataset
datetime dbt-score deepdiff6 discord discord-py djongo docker-py dotenv dydantic efinance elasticsearch5
elasticsearch6 elasticsearch7 elasticsearch8 elasticsearch9 fabric2 fabric3 fastai gitdb2 githubpy google-oauth
graphlib grequests gsutil icalendar identity imaplib2 importlab importlib inspect2 installer ipaddress ipytest
isolate jdatetime jsonpath kafka kafka-python linecache2 markdown2 meson-python mocker msgpack-python mssql
mssql-python multipart mysql-connector mysql-python nest-asyncio2 ngboost nose2 oauthlib pathlib pathlib2
pbspark pkginfo2 psycopg psycopg-binary psycopg-c psycopg2 psycopg2-binary py-bcrypt pyaml pyarrow pyasn
pyasynchat pyasyncore pybase64 pycryptodome pycryptodomex pygam pyinstaller pyinvoke pyjdbc pykafka pymantic
pymssql pymupdfb pymysql pynose pypika pypyodbc pyreadline pyshark pyside2 pysqlite3 pytest-csv
python-bitcoinlib python-ldap python-socks python3-nmap pytoml pytzdata random2 readline retworkx scapy scrypt
selectors2 semver4 serial slugify smmap2 socks solara spark spython statistics telnetlib3 textwrap3 tokenize-rt
tomli traceback2 tree-sitter-c tree-sitter-python typing unicodedata2 unicorn unittest2 uri-template urllib3
websocket willow wsgiref x-transformers zthreading
`);

/** Projects and modules that are known everywhere. */
export const WELL_KNOWN: readonly Imitable[] = [
  ...PROJECTS.map((name) => ({ name })),
  ...MODULES.map((name) => ({ name, isModule: true })),
];

/** Established projects that may be near to a known one. */
export const ESTABLISHED: ReadonlySet<string> = new Set([...PROJECTS, ...TWINS]);

export const WELL_KNOWN_NAMES = new NameIndex(WELL_KNOWN, ESTABLISHED);

function namesIn(list: string): readonly ProjectName[] {
  return list.trim().split(/\s+/) as ProjectName[];
}

"""Pages for people: the tables of the BigQuery emulator."""

import re

from google.api_core.exceptions import GoogleAPIError
from google.api_core.retry import Retry, if_exception_type
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from local_cloud.settings import PROJECT
from local_cloud.vertex import markup
from local_cloud.vertex.errors import NotFoundError

PREVIEW_ROWS = 50
TIMEOUT_S = 30.0
# The emulator answers mistakes with status 500, which the client would repeat for minutes.
NO_RETRY = Retry(predicate=if_exception_type())
IDENTIFIER = re.compile(r"[A-Za-z0-9_-]+")


class TablePages:
    """Pages about the tables of one project; the client finds the emulator by its environment variable."""

    def __init__(self) -> None:
        self._client = bigquery.Client(project=PROJECT, credentials=AnonymousCredentials())

    def routes(self) -> list[Route]:
        """Returns the HTTP routes."""
        return [Route("/console/tables", self.index), Route("/console/tables/{dataset}/{table}", self.table)]

    def index(self, _request: Request) -> Response:
        """Lists every table."""
        try:
            tables = [
                table
                for dataset in self._client.list_datasets(timeout=TIMEOUT_S, retry=NO_RETRY)
                for table in self._client.list_tables(dataset.reference, timeout=TIMEOUT_S, retry=NO_RETRY)
            ]
        except (GoogleAPIError, OSError) as error:
            raise NotFoundError(f"The BigQuery emulator does not answer: {error}") from error
        rows = [
            (
                markup.link(
                    f"/console/tables/{item.dataset_id}/{item.table_id}", f"{item.dataset_id}.{item.table_id}"
                ),
            )
            for item in tables
        ]
        return HTMLResponse(
            markup.page("Tables", markup.table(("Table",), rows) if rows else "No table yet.")
        )

    def table(self, request: Request) -> Response:
        """Shows a table's schema, its number of rows and the first of them."""
        dataset, name = request.path_params["dataset"], request.path_params["table"]
        if not IDENTIFIER.fullmatch(dataset) or not IDENTIFIER.fullmatch(name):
            raise NotFoundError(f"{request.url.path}: a table's name has letters, digits, '_' and '-' only.")
        reference = f"{PROJECT}.{dataset}.{name}"
        try:
            schema = self._client.get_table(reference, timeout=TIMEOUT_S, retry=NO_RETRY).schema
            count = next(iter(self._query(f"SELECT COUNT(*) FROM `{reference}`")))[0]  # noqa: S608
            preview = self._query(f"SELECT * FROM `{reference}` LIMIT {PREVIEW_ROWS}")  # noqa: S608
            rows = [[row[field.name] for field in schema] for row in preview]
        except (GoogleAPIError, OSError) as error:
            raise NotFoundError(f"{reference} cannot be read from the BigQuery emulator: {error}") from error
        body = markup.join(
            [
                markup.Html(f"<p>{count:,} rows</p><h2>Schema</h2>"),
                markup.table(("Column", "Type"), [(field.name, field.field_type) for field in schema]),
                markup.Html(f"<h2>First {len(rows)} rows</h2>"),
                markup.table([field.name for field in schema], rows),
            ]
        )
        return HTMLResponse(markup.page(f"{dataset}.{name}", body))

    def _query(self, sql: str) -> bigquery.table.RowIterator:
        return self._client.query(sql, retry=NO_RETRY, job_retry=None).result(timeout=TIMEOUT_S)

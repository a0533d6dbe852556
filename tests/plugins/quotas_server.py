"""The edge of the cloud: Cloud Quotas and Cloud Monitoring on loopback, as the local cloud words them."""

import datetime as dt
from urllib.parse import parse_qs, urlsplit

from local_cloud.quotas.quota_infos import quota_infos
from local_cloud.quotas.time_series import in_use, select
from tests.plugins.json_handler import JsonHandler
from tests.plugins.loopback_server import LoopbackServer

SERIES = "serviceruntime.googleapis.com/quota/rate/net_usage"


class QuotasServer(LoopbackServer):
    """Knows what a project may use, and uses.

    Attributes:
        quotas: Bounds of Vertex AI's quota metrics, without the service's name.
        used: What is in use of them in us-central1.
        daily_mib: Bound on what queries read in a day; none if absent.
        read_mib: What they have read today, by method.
        refused: Services that answer 403, by the beginning of their paths.
        asked: Parameters of each request, in order.
    """

    def __init__(self):
        self.quotas, self.used = {}, {}
        self.daily_mib, self.read_mib = None, []
        self.refused, self.asked = (), []
        super().__init__()

    def answer(self, address):
        path, query = urlsplit(address).path, parse_qs(urlsplit(address).query)
        self.asked.append({key: values[0] for key, values in query.items()})
        if self.refused and path.startswith(self.refused):
            return 403, {"error": {"code": 403, "message": "Permission denied on resource project local."}}
        if path.startswith("/v3/"):
            return 200, {"timeSeries": select(self._series(), query["filter"][0]), "unit": "1"}
        service = path.split("/")[-2]
        infos = quota_infos("local", service, self.quotas)
        if service == "bigquery.googleapis.com" and self.daily_mib is not None:
            infos[0]["dimensionsInfos"][0]["details"]["value"] = str(self.daily_mib)
        # One a page, so that a reader has to turn them.
        start = int(query.get("pageToken", ["0"])[0])
        more = {"nextPageToken": str(start + 1)} if start + 1 < len(infos) else {}
        return 200, {"quotaInfos": infos[start : start + 1], **more}

    def _series(self):
        now = dt.datetime.now(dt.UTC)
        queries = [
            {
                "metric": {
                    "type": SERIES,
                    "labels": {"quota_metric": "bigquery.googleapis.com/quota/query/usage"},
                },
                "resource": {"type": "consumer_quota", "labels": {"service": "bigquery.googleapis.com"}},
                "points": [{"value": {"int64Value": str(mebibytes)}}],
            }
            for mebibytes in self.read_mib
        ]
        return [*in_use("local", "us-central1", self.used, now), *queries]

    def _handler(self):
        server = self

        class Handler(JsonHandler):
            def do_GET(self):
                self._answer(*server.answer(self.path))

        return Handler

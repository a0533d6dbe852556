"""What `airflow dags test` and the tasks of our DAGs import, and the API server that it has for itself.

To import this module takes a processor half a minute, which forks of the process that did it are spared.
"""

import asyncio
from importlib import import_module

from local_cloud.airflow_scheduler import LIBRARIES

for library in (*LIBRARIES, "airflow.cli.commands.dag_command"):
    import_module(library)


async def _first_request() -> int:
    """Lets the API server make its routes, which it does when it is first asked."""
    import httpx
    from airflow.sdk.execution_time.supervisor import in_process_api_server

    transport = httpx.ASGITransport(in_process_api_server().app)
    async with httpx.AsyncClient(transport=transport, base_url="http://airflow") as client:
        return (await client.get("/health")).status_code


assert asyncio.run(_first_request()) == 200

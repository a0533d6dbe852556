"""Every answer that is no success has one sentence in `detail`."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from include.cards.conditions import InvalidSearch
from include.cloud_storage import StorageRefused, StorageUnavailable
from include.storage_errors import StorageError
from recsflow.errors import SettingsError

# What has to be set right, or to come back, before anything can be answered.
OUT_OF_SERVICE = (SettingsError, StorageError, StorageRefused, StorageUnavailable)
MAX_SHOWN = 80


class Refusal(BaseModel):
    """Why there is no answer, and what to ask instead."""

    detail: str = Field(description="One sentence.")


REFUSALS: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "model": Refusal,
        "description": "400: a parameter that cannot be used, with what can. 401: nobody is logged in. 403: "
        "who is logged in may read no runs. 404: there is no such thing, or none that one may read.",
    },
    503: {
        "model": Refusal,
        "description": "The artifact root does not answer, or the settings cannot be used.",
    },
}


def answer_in_sentences(application: FastAPI) -> None:
    """Let an application answer what it cannot do with a sentence."""
    application.add_exception_handler(RequestValidationError, _bad_request)
    application.add_exception_handler(InvalidSearch, _bad_search)
    for outage in OUT_OF_SERVICE:
        application.add_exception_handler(outage, _out_of_service)


def shown(value: object) -> str:
    """Return a value as it was received, cut where it is long."""
    text = repr(value)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


async def _bad_request(request: Request, error: Exception) -> JSONResponse:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    sentences = dict.fromkeys(_sentence(each) for each in found)
    return JSONResponse({"detail": " ".join(sentences)}, HTTPStatus.BAD_REQUEST)


async def _bad_search(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, HTTPStatus.BAD_REQUEST)


async def _out_of_service(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, HTTPStatus.SERVICE_UNAVAILABLE)


def _sentence(problem: Mapping[str, Any]) -> str:
    name = next((each for each in reversed(problem["loc"]) if isinstance(each, str)), "request")
    if problem["type"] == "missing":
        return f"{name} is missing; add it."
    remedy = str(problem["msg"]).replace("Input should be", "it should be", 1)
    return f"{name} is {shown(problem['input'])}; {remedy}."

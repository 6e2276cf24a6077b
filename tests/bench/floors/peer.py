"""Floor P: pywa's webhook route with its signature check and a handler that stores nothing, under uvicorn."""

import os

from fastapi import FastAPI
from pywa_async import WhatsApp

app = FastAPI()
client = WhatsApp(
    phone_id=os.environ["FLOOR_PHONE_NUMBER_ID"],
    token="unused",
    server=app,
    webhook_endpoint="/api/whatsapp/meta/webhook",
    verify_token="unused",
    app_secret=os.environ["FLOOR_SECRET"],
    validate_updates=True,
)


@client.on_message()
async def on_message(_client: WhatsApp, _message: object) -> None:
    """Nothing is kept."""


@client.on_message_status()
async def on_status(_client: WhatsApp, _status: object) -> None:
    """Nothing is kept."""

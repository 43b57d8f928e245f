"""Every convention's routes: what the pull door brings besides its own."""

from typing import Final

from api.conventions import dcat, ogc, pxweb, pxweb_data, pxweb_v1

ROUTERS: Final = (pxweb.router, pxweb_data.router, pxweb_v1.router, ogc.router, dcat.router)

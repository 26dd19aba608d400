"""`python -m tests.quiet_server`: feeds that have nothing new for whoever knows their ETag, on a free port, which is printed."""

import asyncio

from aiohttp import web

from tests.faultserver import good_feed


async def handle(request: web.Request) -> web.Response:
    """Any path is a feed."""
    name = request.match_info["name"]
    if request.headers.get("If-None-Match") == f'"{name}"':
        return web.Response(status=304, headers={"ETag": f'"{name}"'})
    return web.Response(text=good_feed(name), content_type="application/rss+xml", headers={"ETag": f'"{name}"'})


async def main() -> None:
    """Serve until killed."""
    application = web.Application()
    application.router.add_get("/{name}", handle)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1000).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())

"""A grpc server and a client of it in one process, over the loopback."""

import asyncio
import threading
from concurrent import futures

import grpc
import grpc.aio
import pytest


def echo(request, context):
    if request == b"abort":
        context.abort(grpc.StatusCode.NOT_FOUND, "nothing there")
    if request == b"raise":
        raise ValueError("bad")
    if request == b"slow":
        threading.Event().wait(2)
    context.set_trailing_metadata((("size", str(len(request))), ("raw-bin", b"\0\1")))
    return request[::-1]


def spread(request, context):
    for byte in request:
        yield bytes([byte])


def collect(requests, context):
    return b"".join(requests)


def talk(requests, context):
    for request in requests:
        yield request + b"!"


HANDLERS = {
    "Echo": grpc.unary_unary_rpc_method_handler(echo),
    "Spread": grpc.unary_stream_rpc_method_handler(spread),
    "Collect": grpc.stream_unary_rpc_method_handler(collect),
    "Talk": grpc.stream_stream_rpc_method_handler(talk),
}


class Count(grpc.ServerInterceptor):
    calls = 0

    def intercept_service(self, continuation, details):
        Count.calls += 1
        return continuation(details)


@pytest.fixture(scope="module")
def channel():
    server = grpc.server(futures.ThreadPoolExecutor(4), interceptors=[Count()])
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("test.Echo", HANDLERS)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        grpc.channel_ready_future(channel).result(20)
        channel.port = port
        yield channel
    server.stop(None).wait(20)


def test_unary(channel):
    echo = channel.unary_unary("/test.Echo/Echo")
    assert echo(b"abc", timeout=20) == b"cba"
    answer, call = echo.with_call(b"x" * 100_000, timeout=20, metadata=(("k", "v"),))
    assert len(answer) == 100_000 and call.code() is grpc.StatusCode.OK
    assert dict(call.trailing_metadata()) == {"size": "100000", "raw-bin": b"\0\1"}
    assert Count.calls >= 2


def test_many(channel):
    echo = channel.unary_unary("/test.Echo/Echo")
    calls = [echo.future(str(number).encode(), timeout=20) for number in range(200)]
    assert [call.result() for call in calls] == [str(number).encode()[::-1] for number in range(200)]


def test_streams(channel):
    assert list(channel.unary_stream("/test.Echo/Spread")(b"abc", timeout=20)) == [b"a", b"b", b"c"]
    assert channel.stream_unary("/test.Echo/Collect")(iter([b"a", b"b"]), timeout=20) == b"ab"
    answers = channel.stream_stream("/test.Echo/Talk")((b"%d" % n for n in range(50)), timeout=20)
    assert list(answers) == [b"%d!" % n for n in range(50)]


@pytest.mark.parametrize(
    "request_, code, details",
    [
        (b"abort", grpc.StatusCode.NOT_FOUND, "nothing there"),
        (b"raise", grpc.StatusCode.UNKNOWN, "Exception calling application: bad"),
    ],
)
def test_errors(channel, request_, code, details):
    with pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary("/test.Echo/Echo")(request_, timeout=20)
    assert (caught.value.code(), caught.value.details()) == (code, details)


def test_limits(channel):
    with pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary("/test.Echo/Echo")(b"slow", timeout=0.2)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    with pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary("/test.Echo/Nothing")(b"", timeout=20)
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_cancel(channel):
    answers = channel.stream_stream("/test.Echo/Talk")(iter([]), timeout=20)
    assert list(answers) == []
    call = channel.unary_unary("/test.Echo/Echo").future(b"slow", timeout=20)
    call.cancel()
    assert call.cancelled()
    with pytest.raises(grpc.FutureCancelledError):
        call.result()


def test_asynchronous(channel):
    async def work():
        async def upper(request, context):
            await asyncio.sleep(0)
            return request.upper()

        server = grpc.aio.server()
        handlers = {"Upper": grpc.unary_unary_rpc_method_handler(upper)}
        server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("test.Async", handlers)])
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as there:
            call = there.unary_unary("/test.Async/Upper")
            answers = await asyncio.gather(*[call(b"a%d" % n, timeout=20) for n in range(50)])
        await server.stop(None)
        return answers

    assert asyncio.run(work()) == [b"A%d" % n for n in range(50)]

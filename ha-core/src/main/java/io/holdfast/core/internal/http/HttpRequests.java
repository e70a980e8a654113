package io.holdfast.core.internal.http;

import io.holdfast.core.internal.http.HttpEndpoint.Page;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection: one request, one answer. */
@SuppressWarnings("FutureReturnValueIgnored") // whatever becomes of a write, the connection is closed after it
final class HttpRequests extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(HttpRequests.class);
    private static final String HOOK = "/safe-to-stop";

    private final HttpEndpoint.Pages pages;
    private boolean answered;

    HttpRequests(HttpEndpoint.Pages pages) {
        this.pages = pages;
    }

    /** True once a request has come. */
    boolean hasAsked() {
        return answered;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        if (answered) {
            return;
        }
        answered = true;
        context.channel().config().setAutoRead(false); // one request a connection
        if (request.decoderResult().isFailure()) {
            send(context, problem(400, "this is no HTTP request that is understood here"));
            return;
        }
        String uri = request.uri();
        int query = uri.indexOf('?');
        String path = query < 0 ? uri : uri.substring(0, query);
        CompletableFuture<Page> page = pages.page(path);
        HttpMethod method = request.method();
        boolean hook = path.equals(HOOK);
        if (page == null) {
            send(context, problem(404, "there is no such page"));
        } else if (!method.equals(HttpMethod.GET)
                && !method.equals(HttpMethod.HEAD)
                && !(hook && method.equals(HttpMethod.POST))) {
            FullHttpResponse refused = response(problem(405, "use " + (hook ? "GET, HEAD or POST" : "GET or HEAD")));
            refused.headers().set(HttpHeaderNames.ALLOW, hook ? "GET, HEAD, POST" : "GET, HEAD");
            send(context, refused);
        } else {
            page.whenComplete((made, failure) ->
                    send(context, failure == null ? made : problem(503, "it cannot be told at present")));
        }
    }

    static Page problem(int status, String text) {
        return new Page(status, ("{\"problem\":\"" + text + "\"}").getBytes(StandardCharsets.UTF_8));
    }

    private static FullHttpResponse response(Page page) {
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(page.status()), Unpooled.wrappedBuffer(page.json()));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
                .set(HttpHeaderNames.CONTENT_LENGTH, page.json().length)
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .set("X-Content-Type-Options", "nosniff")
                .set(HttpHeaderNames.CONNECTION, "close");
        return response;
    }

    static void send(ChannelHandlerContext context, Page page) {
        send(context, response(page));
    }

    /** Any thread. To HEAD the codec sends the header alone. */
    private static void send(ChannelHandlerContext context, FullHttpResponse response) {
        context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("a connection for HTTP was closed: {}", cause.toString());
        context.close();
    }
}

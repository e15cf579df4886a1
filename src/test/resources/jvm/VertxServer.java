import io.vertx.core.Vertx;

/** An unmodified server on Netty's NIO: each request is answered with the name from the arguments. */
public final class VertxServer {
  public static void main(String[] words) {
    // Otherwise Vert.x creates a directory that remains when the test kills the server.
    System.setProperty("vertx.disableFileCPResolving", "true");
    Vertx.vertx()
        .createHttpServer()
        .requestHandler(request -> request.response().end(words[1] + "\n"))
        .listen(Integer.parseInt(words[2]))
        .onComplete(
            done -> System.out.println(done.succeeded() ? "ready" : "failed " + done.cause()));
  }
}

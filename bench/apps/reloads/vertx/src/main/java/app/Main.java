package app;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;

/** Argument "native": with Netty's epoll in place of Java's sockets. */
public class Main {
  private static final int STATUS = "1".equals(System.getenv("UNREADY")) ? 503 : 200;

  public static void main(String[] args) {
    boolean epoll = args.length > 0 && args[0].equals("native");
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(epoll));
    int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"));
    String body = ProcessHandle.current().pid() + "\n";
    vertx
        .createHttpServer()
        .requestHandler(request -> request.response().setStatusCode(STATUS).end(body))
        .listen(port)
        .onSuccess(server -> System.out.println("native transport: " + vertx.isNativeTransportEnabled()))
        .onFailure(
            failure -> {
              System.err.println(failure.getMessage());
              System.exit(1);
            });
  }
}

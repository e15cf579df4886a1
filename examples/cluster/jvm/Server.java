import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;

/// An ordinary server, without code for jpm. Java 17 runs the source file: java Server.java
public class Server {
  public static void main(String[] args) throws IOException {
    // Otherwise the kernel delays the end of a response until the client has acknowledged its beginning.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"));
    String version = System.getenv().getOrDefault("VERSION", "1");
    HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
    server.setExecutor(Executors.newFixedThreadPool(8));
    server.createContext("/", exchange -> {
      String answer;
      if (exchange.getRequestMethod().equals("POST")) {
        answer = exchange.getRequestBody().transferTo(OutputStream.nullOutputStream()) + "\n";
      } else {
        answer = ProcessHandle.current().pid() + " " + version + "\n";
      }
      byte[] body = answer.getBytes();
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    });
    server.start();
  }
}

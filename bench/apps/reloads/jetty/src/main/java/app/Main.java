package app;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;

public class Main {
  private static final int STATUS = "1".equals(System.getenv("UNREADY")) ? 503 : 200;

  public static void main(String[] args) throws Exception {
    Server server = new Server(Integer.parseInt(System.getenv().getOrDefault("PORT", "8080")));
    server.setStopAtShutdown(true);
    server.setHandler(
        new Handler.Abstract() {
          @Override
          public boolean handle(Request request, Response response, Callback callback) {
            byte[] body = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
            response.setStatus(STATUS);
            response.write(true, ByteBuffer.wrap(body), callback);
            return true;
          }
        });
    server.start();
    server.join();
  }
}

import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Listens with the kind of server that the first argument names. */
public class Listens {
  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("http")) {
      var server =
          com.sun.net.httpserver.HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
      server.start();
      System.out.println("port " + server.getAddress().getPort() + " ready");
      return;
    }
    List<Socket> held = new ArrayList<>();
    try (ServerSocket server = new ServerSocket()) {
      server.bind(new InetSocketAddress("127.0.0.1", 0));
      server.setSoTimeout(arguments[0].equals("timed") ? 1_000_000 : 0);
      System.out.println("port " + server.getLocalPort() + " ready");
      while (true) {
        held.add(server.accept());
      }
    }
  }
}

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/** An unmodified server: each connection or request is answered with the name from the arguments. */
public final class Server {
  public static void main(String[] words) throws Exception {
    String name = words[1];
    InetSocketAddress address = new InetSocketAddress(Integer.parseInt(words[2]));
    byte[] answer = (name + System.getProperty("mine", "") + "\n").getBytes(StandardCharsets.UTF_8);
    switch (words[0]) {
      case "http" -> http(address, answer);
      case "socket" -> socket(address, answer, 0);
      case "timed" -> socket(address, answer, 50);
      case "channel" -> channel(address, answer);
      case "adaptor" -> adaptor(address, answer);
      case "async" -> async(address, answer);
      case "virtual" -> {
        Runnable server = () -> run(address, answer);
        Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, server);
        new CountDownLatch(1).await();
      }
      case "options" -> options(address);
      case "reopen" -> reopen(address, answer);
      case "twice" -> twice(address);
      case "client" -> client(address, Integer.parseInt(words[3]));
      default -> throw new IllegalArgumentException(words[0]);
    }
  }

  private static HttpServer http(InetSocketAddress address, byte[] answer) throws IOException {
    HttpServer server = HttpServer.create(address, 0);
    server.setExecutor(Executors.newFixedThreadPool(8));
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    System.out.println("ready " + server.getAddress().getPort());
    return server;
  }

  private static void run(InetSocketAddress address, byte[] answer) {
    try {
      socket(address, answer, 0);
    } catch (IOException error) {
      throw new IllegalStateException(error);
    }
  }

  private static void socket(InetSocketAddress address, byte[] answer, int timeout)
      throws IOException {
    ServerSocket server = new ServerSocket();
    server.bind(address);
    server.setSoTimeout(timeout);
    System.out.println("ready " + server.getLocalPort());
    serve(server, answer);
  }

  private static void adaptor(InetSocketAddress address, byte[] answer) throws IOException {
    ServerSocket server = ServerSocketChannel.open().socket();
    server.bind(address);
    server.setSoTimeout(50);
    System.out.println("ready " + server.getLocalPort());
    serve(server, answer);
  }

  private static void serve(ServerSocket server, byte[] answer) throws IOException {
    while (true) {
      try (Socket client = server.accept()) {
        client.getOutputStream().write(answer);
      } catch (java.net.SocketTimeoutException again) {
        // like a server that checks now and then whether it must stop
      }
    }
  }

  private static void channel(InetSocketAddress address, byte[] answer) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open().bind(address);
    System.out.println("ready " + server.socket().getLocalPort());
    while (true) {
      try (SocketChannel client = server.accept()) {
        client.write(ByteBuffer.wrap(answer));
      }
    }
  }

  private static void async(InetSocketAddress address, byte[] answer) throws Exception {
    AsynchronousServerSocketChannel server = AsynchronousServerSocketChannel.open().bind(address);
    System.out.println("ready");
    while (true) {
      try (AsynchronousSocketChannel client = server.accept().get()) {
        client.write(ByteBuffer.wrap(answer)).get();
      }
    }
  }

  private static void twice(InetSocketAddress address) throws Exception {
    ServerSocket first = new ServerSocket(address.getPort());
    try {
      new ServerSocket(address.getPort());
      System.out.println("bound twice");
    } catch (java.net.BindException expected) {
      System.out.println("in use");
    }
    first.close();
    new ServerSocket(address.getPort());
    System.out.println("ready again");
    new CountDownLatch(1).await();
  }

  /** Sets and reads options of sockets that listen already. */
  private static void options(InetSocketAddress address) throws Exception {
    ServerSocket plain = new ServerSocket(address.getPort());
    plain.setReceiveBufferSize(65536);
    plain.setReuseAddress(true);
    ServerSocketChannel channel = ServerSocketChannel.open();
    channel.bind(new InetSocketAddress(address.getPort() + 1));
    channel.setOption(StandardSocketOptions.SO_RCVBUF, 65536);
    AsynchronousServerSocketChannel async = AsynchronousServerSocketChannel.open();
    async.bind(new InetSocketAddress("127.0.0.1", address.getPort() + 2));
    async.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    System.out.println(
        plain.getLocalPort()
            + " "
            + (plain.getReceiveBufferSize() >= 65536)
            + " "
            + ((InetSocketAddress) channel.getLocalAddress()).getPort()
            + " "
            + (channel.getOption(StandardSocketOptions.SO_RCVBUF) >= 65536)
            + " "
            + async.getLocalAddress()
            + " "
            + async.getOption(StandardSocketOptions.SO_REUSEADDR));
    System.out.println("ready");
    new CountDownLatch(1).await();
  }

  /** Closes a server of each kind and opens another one on the same port. */
  private static void reopen(InetSocketAddress address, byte[] answer) throws Exception {
    http(address, answer).stop(0);
    new ServerSocket(address.getPort()).close();
    ServerSocketChannel.open().bind(address).close();
    AsynchronousServerSocketChannel.open().bind(address).close();
    http(address, answer);
    System.out.println("open again");
  }

  private static void client(InetSocketAddress server, int local) throws Exception {
    Socket socket = new Socket();
    socket.bind(new InetSocketAddress(local));
    socket.connect(new InetSocketAddress("127.0.0.1", server.getPort()));
    SocketChannel channel = SocketChannel.open().bind(new InetSocketAddress(local + 1));
    channel.connect(new InetSocketAddress("127.0.0.1", server.getPort()));
    System.out.println("connected");
    new CountDownLatch(1).await();
  }
}

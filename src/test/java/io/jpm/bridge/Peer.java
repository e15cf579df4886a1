package io.jpm.bridge;

import io.jpm.testing.TestDeadline;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A client of the bridge on a plain blocking socket.
final class Peer implements Closeable {
  private final Closeable socket;
  private final DataInputStream in;
  private final OutputStream out;

  private Peer(Closeable socket, InputStream in, OutputStream out) {
    this.socket = socket;
    this.in = new DataInputStream(in);
    this.out = out;
  }

  static Peer tcp(int port) throws IOException {
    return connect(port, new Socket());
  }

  /// Connects with a small receive buffer, so that data that the peer does not read soon waits at
  /// the sender.
  static Peer withSmallReceiveBuffer(int port, String token) throws IOException {
    var socket = new Socket();
    socket.setReceiveBufferSize(4096);
    Peer peer = connect(port, socket);
    peer.write(credential(token));
    return peer;
  }

  private static Peer connect(int port, Socket socket) throws IOException {
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket.setSoTimeout(TestDeadline.millis(20));
    return new Peer(socket, socket.getInputStream(), socket.getOutputStream());
  }

  /// Returns a peer that uses a connected socket.
  static Peer on(Socket socket) throws IOException {
    socket.setSoTimeout(TestDeadline.millis(20));
    return new Peer(socket, socket.getInputStream(), socket.getOutputStream());
  }

  static Peer unix(Path path) throws IOException {
    var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(path));
    return new Peer(channel, Channels.newInputStream(channel), Channels.newOutputStream(channel));
  }

  /// Connects and sends `token`.
  static Peer tcp(int port, String token) throws IOException {
    Peer peer = tcp(port);
    peer.write(credential(token));
    return peer;
  }

  static byte[] credential(String token) {
    return frame(new JsonObject().put("type", "auth").put("token", token));
  }

  static byte[] frame(JsonObject json) {
    return frame(json.encode().getBytes(StandardCharsets.UTF_8));
  }

  static byte[] frame(byte[] body) {
    return concat(length(body.length), body);
  }

  static byte[] length(int declared) {
    var bytes = new ByteArrayOutputStream();
    try {
      new DataOutputStream(bytes).writeInt(declared);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  static byte[] concat(byte[]... parts) {
    var bytes = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      bytes.writeBytes(part);
    }
    return bytes.toByteArray();
  }

  static JsonObject send(String address, String replyAddress, Object body) {
    return new JsonObject()
        .put("type", "send")
        .put("address", address)
        .put("replyAddress", replyAddress)
        .put("body", body);
  }

  static JsonObject publish(String address, Object body) {
    return new JsonObject().put("type", "publish").put("address", address).put("body", body);
  }

  static JsonObject register(String address) {
    return new JsonObject().put("type", "register").put("address", address);
  }

  static JsonObject unregister(String address) {
    return new JsonObject().put("type", "unregister").put("address", address);
  }

  void write(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  void write(JsonObject json) throws IOException {
    write(frame(json));
  }

  JsonObject read() throws IOException {
    return new JsonObject(new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8));
  }

  /// Reads to the end of the connection, which can be a reset, and returns the number of bytes.
  long readToTheEnd() throws IOException {
    long bytes = 0;
    try {
      byte[] chunk = new byte[1 << 16];
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        bytes += n;
      }
    } catch (SocketException reset) {
      return bytes; // Also an end: this side had sent data that the other side did not read.
    }
    return bytes;
  }

  /// Returns the port of this end; TCP only.
  int localPort() {
    return ((Socket) socket).getLocalPort();
  }

  /// Ends the output and keeps the input open; TCP only.
  void shutdownOutput() throws IOException {
    ((Socket) socket).shutdownOutput();
  }

  /// Closes the connection with a reset; TCP only.
  void reset() throws IOException {
    ((Socket) socket).setSoLinger(true, 0);
    socket.close();
  }

  /// Closes the connection before the end of the test. Closing it again has no effect.
  void disconnect() throws IOException {
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

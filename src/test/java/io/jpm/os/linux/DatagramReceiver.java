package io.jpm.os.linux;

import io.jpm.testing.Eventually;
import io.jpm.testing.Need;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Receives on a unix datagram socket, as a service manager does. Java has no such sockets, so the
/// receiver is a Python program.
public final class DatagramReceiver implements AutoCloseable {
  private static final String RECEIVER =
      """
      import socket, sys
      address = sys.argv[1]
      s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      s.bind("\\0" + address[1:] if address[0] == "@" else address)
      print("bound", flush=True)
      while True:
          print(s.recv(65536).decode().strip().replace("\\n", " "), flush=True)
      """;

  private final Process receiver;
  private final List<String> datagrams = new CopyOnWriteArrayList<>();

  /// @param address in the form of NOTIFY_SOCKET
  public DatagramReceiver(String address) throws IOException {
    Need.assume(Need.PYTHON);
    receiver =
        new ProcessBuilder("python3", "-c", RECEIVER, address)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Thread.ofVirtual().start(this::read);
    Eventually.await("the receiver is bound", Duration.ofSeconds(30), () -> !datagrams.isEmpty());
    datagrams.clear();
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(receiver.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        datagrams.add(line);
      }
    } catch (IOException closed) {
      // The test has ended.
    }
  }

  /// Returns the received datagrams, each as one line with spaces in place of line breaks.
  public List<String> letters() {
    return datagrams;
  }

  @Override
  public void close() {
    receiver.destroyForcibly();
  }
}

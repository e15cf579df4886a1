package io.jpm.e2e.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Floods of connections to the ports of the daemon. When the TCP port accepts no more connections,
/// the owner connects through the unix socket in the home.
@Timeout(120)
@Tag("alone")
@Needs(Need.PYTHON)
class ConnectionFloodIT extends EndToEndTestBase {
  @Test
  void ownerConnectsByTheUnixSocketWhenThePortIsFull() throws IOException {
    jpm.settings("{\"bridge\": {\"max_connections\": 1}}\n");
    jpm.run("ping").ok();
    long daemon = jpm.daemonPid();
    int port = Integer.parseInt(Files.readString(jpm.home().resolve("bridge.port")).strip());
    String token = Files.readString(jpm.home().resolve("token")).strip();
    try (Socket taken = takeOnlyConnection(port, token)) {
      assertThat(taken.isConnected()).isTrue();
      assertThat(jpm.run("ls").ok().out()).contains("No apps yet");
      assertThat(Files.readString(jpm.home().resolve("jpm.log"))).contains("already 1 connections");
    }
    assertThat(jpm.daemonPid()).isEqualTo(daemon);
  }

  /// Connects as often as necessary: the daemon may not have noticed yet that the connection of the
  /// last command is closed.
  private static Socket takeOnlyConnection(int port, String token) {
    var accepted = new AtomicReference<Socket>();
    Eventually.await(
        "the daemon accepts the connection",
        Jpm.LONG,
        () -> {
          try {
            var socket = new Socket(InetAddress.getLoopbackAddress(), port);
            if (isAccepted(socket, token)) {
              accepted.set(socket);
              return true;
            }
            socket.close();
          } catch (IOException refused) {
            // The daemon has closed the connection.
          }
          return false;
        });
    return accepted.get();
  }

  private static boolean isAccepted(Socket socket, String token) throws IOException {
    var out = new DataOutputStream(socket.getOutputStream());
    for (String frame :
        List.of("{\"type\":\"auth\",\"token\":\"" + token + "\"}", "{\"type\":\"ping\"}")) {
      byte[] bytes = frame.getBytes(StandardCharsets.UTF_8);
      out.writeInt(bytes.length);
      out.write(bytes);
    }
    return socket.getInputStream().readNBytes(4).length == 4;
  }

  /// Arguments: port, seconds, data to send, number of repetitions. Connects as fast as it can and
  /// reads nothing.
  private static final String FLOOD =
      """
      import os, socket, sys, time

      port, end = int(sys.argv[1]), time.monotonic() + float(sys.argv[2])
      data = sys.argv[3].replace('PORT', sys.argv[1]).encode() * int(sys.argv[4])
      os.fork()
      held = []
      while time.monotonic() < end:
          try:
              s = socket.socket()
              if data:
                  s.connect(('127.0.0.1', port))
                  s.sendall(data)
              else:
                  s.setblocking(False)
                  s.connect_ex(('127.0.0.1', port))
              held.append(s)
              if len(held) > (0 if data else 400):
                  held.pop(0).close()
          except OSError:
              pass
      """;

  /// The limit of the daemon's file descriptors. Connections to ports may use a third of them.
  private static final String FILE_LIMIT = "ulimit -n 3000";

  /// Well below the limit, so that descriptors remain for apps. More than a third of the limit,
  /// because a closed connection keeps its descriptor until the next turn of its event loop.
  private static final int MAX_FILES = 2500;

  /// More files than a daemon without clients has open.
  private static final int FILES_DURING_FLOOD = 120;

  private static final long MAX_LOGGED = 1 << 20;

  @Test
  @Tag("slow")
  void floodOfConnectionsDoesNotEndTheDaemon() throws Exception {
    jpm.runAfter(FILE_LIMIT, "ping").ok();
    long daemon = jpm.daemonPid();
    for (String port : List.of(bridgePort(), webPort())) {
      flood(port, "6", "", "0", daemon);
      assertThat(jpm.run("ls").ok().out()).contains("No apps yet");
    }
    assertThat(jpm.daemonPid()).isEqualTo(daemon);
  }

  /// The daemon has few file descriptors, and each flood holds 400 connections.
  @Test
  @Tag("slow")
  void ownerCanConnectWhenFileDescriptorsAreFew() throws Exception {
    jpm.runAfter("ulimit -n 200", "ping").ok();
    long daemon = jpm.daemonPid();
    List<Process> floods = new ArrayList<>();
    try {
      for (String port : List.of(bridgePort(), webPort())) {
        floods.add(flood(port, "100", "", "0"));
      }
      Eventually.await(
          "the flood has opened connections",
          Jpm.LONG,
          () -> openFiles(daemon) > FILES_DURING_FLOOD);
      assertThat(jpm.run("ls").ok().out()).contains("No apps yet");
      assertThat(jpm.run("start", "sleep", "--", "1000").ok().out()).contains("online");
      assertThat(floods).as(this::readErrors).allMatch(Process::isAlive);
    } finally {
      for (Process flood : floods) {
        end(flood);
      }
    }
    assertThat(jpm.daemonPid()).isEqualTo(daemon);
  }

  @Test
  @Tag("slow")
  void clientsWithoutCredentialsDoNotFillTheLog() throws Exception {
    jpm.runAfter(FILE_LIMIT, "ping").ok();
    long daemon = jpm.daemonPid();
    flood(webPort(), "2", "GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n", "600", daemon);
    flood(webPort(), "2", "GET / HTTP/9.9\r\n\r\n", "1", daemon);
    flood(bridgePort(), "2", "GET / HTTP/1.1\r\n\r\n", "600", daemon);
    assertThat(Files.size(jpm.home().resolve("jpm.log"))).isLessThan(MAX_LOGGED);
    assertThat(jpm.home().resolve("jpm.log.1")).doesNotExist();
    assertThat(jpm.daemonPid()).isEqualTo(daemon);
  }

  private void flood(String port, String seconds, String data, String times, long daemon)
      throws Exception {
    Process flood = flood(port, seconds, data, times);
    try {
      while (flood.isAlive()) {
        assertThat(openFiles(daemon)).as("open files of the daemon").isLessThan(MAX_FILES);
        flood.waitFor(50, TimeUnit.MILLISECONDS);
      }
      assertThat(flood.exitValue()).as(this::readErrors).isZero();
    } finally {
      end(flood);
    }
  }

  private Process flood(String port, String seconds, String data, String times) throws IOException {
    Path script = jpm.script("flood.py", FLOOD);
    return jpm.launch(
        List.of("python3", script.toString(), port, seconds, data, times),
        Map.of(),
        jpm.work().resolve("flood.out"),
        jpm.work().resolve("flood.err"));
  }

  private String readErrors() {
    try {
      return Files.readString(jpm.work().resolve("flood.err"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void end(Process flood) throws InterruptedException {
    flood.descendants().forEach(ProcessHandle::destroyForcibly);
    flood.destroyForcibly().waitFor();
  }

  private static long openFiles(long daemon) {
    try (var files = Files.list(Path.of("/proc/" + daemon + "/fd"))) {
      return files.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String bridgePort() throws IOException {
    return Files.readString(jpm.home().resolve("bridge.port")).strip();
  }

  private String webPort() throws IOException {
    String[] words = jpm.run("web", "--port", "0").ok().out().split("[\\s,;]+");
    return Arrays.stream(words)
        .filter(word -> word.startsWith("http://"))
        .findFirst()
        .orElseThrow()
        .replaceAll(".*:", "");
  }
}

package io.jpm.e2e;

import static org.assertj.core.api.Assertions.assertThat;

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
    try (var taken = new Socket(InetAddress.getLoopbackAddress(), port)) {
      var out = new DataOutputStream(taken.getOutputStream());
      for (String frame :
          new String[] {"{\"type\":\"auth\",\"token\":\"" + token + "\"}", "{\"type\":\"ping\"}"}) {
        byte[] bytes = frame.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
      }
      assertThat(taken.getInputStream().readNBytes(4)).hasSize(4);
      assertThat(jpm.run("ls").ok().out()).contains("No apps yet");
      assertThat(Files.readString(jpm.home().resolve("jpm.log"))).contains("already 1 connections");
    }
    assertThat(jpm.daemonPid()).isEqualTo(daemon);
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

  /// More than all listeners of the daemon open together, and far fewer than a flood would take.
  private static final int MAX_FILES = 1500;

  /// More files than a daemon without clients has open.
  private static final int FILES_DURING_FLOOD = 120;

  private static final long MAX_LOGGED = 1 << 20;

  @Test
  @Tag("slow")
  void floodOfConnectionsDoesNotEndTheDaemon() throws Exception {
    jpm.run("ping").ok();
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
      assertThat(floods).allMatch(Process::isAlive);
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
    jpm.run("ping").ok();
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
    String[] words = jpm.run("web", "--port", "0").ok().out().split("[\\s,]+");
    return Arrays.stream(words)
        .filter(word -> word.startsWith("http://"))
        .findFirst()
        .orElseThrow()
        .replaceAll(".*:", "");
  }
}

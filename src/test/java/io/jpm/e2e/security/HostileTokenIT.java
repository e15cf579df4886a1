package io.jpm.e2e.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A client with a token of the role `read` for one app attacks the daemon in every way that it
/// can, for `-Djpm.hostile.seconds`. The owner and the other app are not affected.
@Tag("slow")
@Timeout(1200)
@Tag("alone")
@Needs(Need.PYTHON)
class HostileTokenIT extends EndToEndTestBase {
  private static final int SECONDS = Integer.getInteger("jpm.hostile.seconds", 15);

  /// The heap and the buffers of the daemon may have 96 MiB each; the rest is what a JVM needs
  /// besides.
  private static final long MAX_KIB = (96 + 96 + 192) << 10;

  /// Arguments: port, token, seconds. Prints each reply that the token should not have received.
  private static final String HOSTILE =
      """
      import json, os, socket, struct, sys, threading, time

      port, token, seconds = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
      end = time.monotonic() + seconds
      counts = {}

      def frame(body):
          data = body if isinstance(body, bytes) else json.dumps(body).encode()
          return struct.pack('>i', len(data)) + data

      def connected():
          s = socket.create_connection(('127.0.0.1', port), 5)
          s.sendall(frame({'type': 'auth', 'token': token}))
          s.settimeout(0.5)
          return s

      def exactly(s, n):
          data = b''
          while len(data) < n:
              part = s.recv(min(n - len(data), 65536))
              if not part:
                  raise OSError('closed')
              data += part
          return data

      def read(s):
          return json.loads(exactly(s, struct.unpack('>i', exactly(s, 4))[0]))

      def ask(body, headers=None):
          return frame({'type': 'send', 'address': 'jpm.command', 'replyAddress': 'r',
                        'headers': headers or {}, 'body': dict(body, v=1)})

      def bad(what, reply):
          print('VIOLATION', what, json.dumps(reply)[:300], flush=True)

      CHANGING = [
          {'verb': 'stop'}, {'verb': 'restart'}, {'verb': 'reset'}, {'verb': 'start'}, {'verb': 'delete'},
          {'verb': 'reload'}, {'verb': 'signal', 'signal': 'SIGKILL'}, {'verb': 'message', 'message': 1},
          {'verb': 'trigger', 'action': 'x'}]
      TARGETS = [['all'], ['mine'], ['other'], ['#0'], ['#1'], ['*'], ['/./']]

      def changes():
          s = connected()
          while time.monotonic() < end:
              for verb in CHANGING:
                  for targets in TARGETS:
                      s.sendall(ask(dict(verb, targets=targets)))
                      reply = read(s)
                      if reply.get('body', {}).get('ok') is not False:
                          bad('changed', reply)
              for body in [{'verb': 'save'}, {'verb': 'resurrect'}, {'verb': 'scale', 'target': 'other', 'by': 5},
                           {'verb': 'type', 'target': '#1', 'line': 'x'},
                           {'verb': 'start', 'app': {'name': 'mine', 'script': '/bin/id'}, 'cwd': '/'}]:
                  s.sendall(ask(body))
                  reply = read(s)
                  if reply.get('body', {}).get('ok') is not False:
                      bad('changed', reply)
              for address in ['jpm.console', 'jpm.god.command', 'jpm.access.command']:
                  s.sendall(frame({'type': 'send', 'address': address, 'replyAddress': 'r', 'headers': {},
                                   'body': {'v': 1, 'argv': ['kill']}}))
                  reply = read(s)
                  if reply.get('type') != 'err':
                      bad('not refused', reply)

      def looks():
          s = connected()
          while time.monotonic() < end:
              for body in [{'verb': 'list'}, {'verb': 'list', 'targets': ['/./']},
                           {'verb': 'describe', 'targets': ['all']}, {'verb': 'logs', 'targets': ['all']}]:
                  s.sendall(ask(body))
                  reply = read(s)
                  if 'other' in json.dumps(reply):
                      bad('saw another app', reply)

      def flood():
          s = connected()
          request = ask({'verb': 'list'}) * 200
          for _ in range(20):
              s.sendall(request)

      def patterns():
          s = connected()
          for word in ['/' + '(' * 60 + 'a{9}' + '){9}' * 60 + '/', '/(\\\\pL{1000}){1000}/', '/((x{900}){900}){900}/',
                       '/(' + 'a?' * 5000 + ')+$/', '*' * 200000, '/' + 'a|' * 100 + 'b/']:
              s.sendall(ask({'verb': 'list', 'targets': [word]}) * 20)
          s.sendall(ask({'verb': 'list', 'targets': ['/x%d/' % i for i in range(9000)]}) * 5)
          while True:
              read(s)

      def subscriptions():
          s = connected()
          for i in range(3000):
              for address in ['jpm.lines.app%d' % i, 'jpm.events.mine', 'jpm.lines.mine', 'jpm.lines.other',
                              'jpm.events', 'x' * 1000]:
                  s.sendall(frame({'type': 'register', 'address': address, 'headers': {'after': '0'}}))
          time.sleep(0.5)

      def of_content(data):
          def attack():
              s = connected()
              s.sendall(frame(data))
              while True:
                  read(s)
          return attack

      def raw(data):
          def attack():
              s = connected()
              s.sendall(data)
              while True:
                  read(s)
          return attack

      held = []

      def slow():
          for _ in range(300):
              s = connected()
              s.setblocking(False)
              held.append(s)
              try:
                  s.send(struct.pack('>i', 262144) + b'{"type":"ping","b":"' + b'x' * 250000)
              except OSError:
                  pass
          time.sleep(0.5)
          while held:
              held.pop().close()

      def full_and_idle():
          some = []
          for _ in range(200):
              s = connected()
              some.append(s)
              s.sendall(frame(b'{"type":"ping","b":"' + b'x' * 262000 + b'"}'))
          time.sleep(0.5)
          for s in some:
              s.close()

      def strangers():
          some = [socket.create_connection(('127.0.0.1', port), 5) for _ in range(300)]
          time.sleep(0.5)
          for s in some:
              s.close()

      start = b'{"type":"send","address":"jpm.command","replyAddress":"r","body":'
      ATTACKS = [
          flood, patterns, subscriptions, slow, full_and_idle, strangers,
          of_content(start + b'"' + b'x' * 16500000 + b'"}'),
          of_content(start + b'[' + b'[],' * 1400000 + b'[]]}'),
          of_content(start + b'[' + b'{"":{}},' * 1900000 + b'[]]}'),
          of_content(start + b'[' * 4000000),
          of_content(start + b'{"a":' * 2000000),
          of_content(start + b'{"' + b'n' * 4000000 + b'":1}}'),
          of_content(start + b'9' * 4000000 + b'}'),
          of_content(b'{"type":"dance"}'), of_content(b'hello'), of_content(b'[]'), of_content(b'{}'),
          of_content(b'{"type":"send"}'), of_content(b'{"type":"send","address":{}}'),
          of_content(b'{"type":"send","address":"jpm.command","headers":[]}'),
          of_content(b'{"type":"send","address":"jpm.command","headers":{"timeout":"-1"}}'),
          of_content(b'{"type":"send","address":"jpm.command","headers":{"codecName":"none"},"body":1}'),
          raw(b'\\x7f\\xff\\xff\\xff' + b'x' * 1000000), raw(b'\\x00\\x00\\x00\\x00'), raw(b'\\xff' * 100000),
          raw(os.urandom(100000)),
      ]

      def forever(attack):
          while time.monotonic() < end:
              try:
                  attack()
              except (OSError, ValueError):
                  pass
              counts[attack] = counts.get(attack, 0) + 1

      def one_after_another(first):
          i = first
          while time.monotonic() < end:
              attack = ATTACKS[i % len(ATTACKS)]
              i += 1
              try:
                  attack()
              except (OSError, ValueError):
                  pass
              counts[attack] = counts.get(attack, 0) + 1

      threads = [threading.Thread(target=forever, args=(a,)) for a in (changes, looks)]
      threads += [threading.Thread(target=one_after_another, args=(i * 6,)) for i in range(4)]
      for t in threads:
          t.start()
      for t in threads:
          t.join()
      print('attacks', sum(counts.values()), flush=True)
      """;

  @Test
  void tokenThatMayReadOneAppReadsOnlyThatApp() throws Exception {
    for (String name : List.of("mine", "other")) {
      Path program =
          jpm.script(
              name + ".sh",
              "#!/bin/sh\necho $$ >>" + pids(name) + "\nwhile :; do echo line; sleep 1; done\n");
      jpm.run("start", program.toString(), "--name", name).ok();
    }
    long daemon = jpm.daemonPid();
    String token = jpm.run("token", "create", "hostile", "--app", "mine").ok().out().strip();
    Path script = jpm.script("hostile.py", HOSTILE);
    Path out = jpm.work().resolve("hostile.out");
    Process hostile =
        jpm.launch(
            List.of("python3", script.toString(), port(), token, Integer.toString(SECONDS)),
            Map.of(),
            out,
            jpm.work().resolve("hostile.err"));
    long most = 0;
    int looks = 0;
    try {
      while (hostile.isAlive()) {
        assertThat(jpm.run("ls").ok().out()).contains("mine").contains("other");
        assertThat(jpm.daemonPid()).isEqualTo(daemon);
        most = Math.max(most, residentKib(daemon));
        looks++;
      }
    } finally {
      hostile.destroyForcibly().waitFor();
    }
    assertThat(Files.readString(out)).startsWith("attacks ");
    assertThat(looks).isPositive();
    assertThat(most).as("resident KiB of the daemon").isLessThan(MAX_KIB);
    assertThat(jpm.run("restart", "mine").ok().out()).contains("mine");
    Path mine = pids("mine");
    Eventually.await("the new process has written its pid", Jpm.LONG, () -> count(mine) >= 2);
    assertThat(count(mine)).as("restarted by the owner alone").isEqualTo(2);
    assertThat(Files.readAllLines(pids("other"))).hasSize(1);
    assertThat(jpm.daemonPid()).isEqualTo(daemon);
  }

  private static int count(Path file) {
    try {
      return Files.readAllLines(file).size();
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  private Path pids(String name) throws IOException {
    return jpm.work().resolve(name + ".pids");
  }

  private String port() throws IOException {
    return Files.readString(jpm.home().resolve("bridge.port")).strip();
  }

  private static long residentKib(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}

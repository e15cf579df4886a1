package io.jpm.god.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.os.LogPipeReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// Selects from the last lines of standard error the one that explains why a program ended, with
/// the output of real runtimes.
class ExitReasonLineTest {
  private static String of(String text) {
    return ExitReasonLine.of(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void nodeReasonIsTheErrorLine() {
    assertThat(
            of(
                """
                node:events:497
                      throw er; // Unhandled 'error' event
                      ^

                Error: listen EADDRINUSE: address already in use :::3000
                    at Server.setupListenHandle [as _listen2] (node:net:1908:16)
                    at listenInCluster (node:net:1965:12)
                Emitted 'error' event on Server instance at:
                    at emitErrorNT (node:net:1944:8)
                    at process.processTicksAndRejections (node:internal/process/task_queues:82:21) {
                  code: 'EADDRINUSE',
                  errno: -98,
                  syscall: 'listen',
                  address: '::',
                  port: 3000
                }

                Node.js v20.20.2
                """))
        .isEqualTo("Error: listen EADDRINUSE: address already in use :::3000");
  }

  @Test
  void multiLineMessageIsReducedToItsFirstLine() {
    assertThat(
            of(
                """
                node:internal/modules/cjs/loader:1215
                  throw err;
                  ^

                Error: Cannot find module './gone'
                Require stack:
                - /srv/app/server.js
                    at Module._resolveFilename (node:internal/modules/cjs/loader:1212:15)
                    at node:internal/main/run_main_module:28:49 {
                  code: 'MODULE_NOT_FOUND',
                  requireStack: [ '/srv/app/server.js' ]
                }

                Node.js v20.20.2
                """))
        .isEqualTo("Error: Cannot find module './gone'");
  }

  @Test
  void javaReasonIsTheRootCause() {
    assertThat(
            of(
                """
                Exception in thread "main" java.lang.IllegalStateException: cannot begin
                \tat Boom.a(Boom.java:1)
                \tat Boom.main(Boom.java:1)
                Caused by: java.io.IOException: disk on fire
                \tat Boom.a(Boom.java:1)
                \t... 1 more
                """))
        .isEqualTo("Caused by: java.io.IOException: disk on fire");
    assertThat(of("Exception in thread \"main\" java.lang.Error: x\n\tat A.main(A.java:3)\n"))
        .isEqualTo("Exception in thread \"main\" java.lang.Error: x");
  }

  @Test
  void pythonReasonIsTheLastLine() {
    assertThat(
            of(
                """
                Traceback (most recent call last):
                  File "/tmp/boom.py", line 3, in <module>
                    f()
                    ~^^
                ValueError: bad thing happened
                """))
        .isEqualTo("ValueError: bad thing happened");
  }

  @Test
  void goReasonIsThePanic() {
    assertThat(
            of(
                """
                panic: runtime error: index out of range [3] with length 1

                goroutine 1 [running]:
                main.work(...)
                \t/srv/main.go:7
                main.main()
                \t/srv/main.go:12 +0x1d
                exit status 2
                """))
        .isEqualTo("panic: runtime error: index out of range [3] with length 1");
  }

  @Test
  void rustReasonIsThePanicWithItsLocation() {
    assertThat(
            of(
                """
                thread 'main' panicked at src/main.rs:2:5:
                boom
                note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
                """))
        .isEqualTo("thread 'main' panicked at src/main.rs:2:5: boom");
  }

  @Test
  void rubyAndPhpReasonIsTheMessage() {
    assertThat(of("a.rb:1:in `f': boom (RuntimeError)\n\tfrom a.rb:3:in `<main>'\n"))
        .isEqualTo("a.rb:1:in `f': boom (RuntimeError)");
    assertThat(
            of(
                """
                PHP Fatal error:  Uncaught Exception: boom in /a.php:3
                Stack trace:
                #0 {main}
                  thrown in /a.php on line 3
                """))
        .isEqualTo("PHP Fatal error:  Uncaught Exception: boom in /a.php:3");
  }

  @Test
  void otherReasonIsTheLastLineWithText() {
    assertThat(of("starting\nError: cache miss\nno room on the disk, giving up\n\n}\n"))
        .isEqualTo("no room on the disk, giving up");
    assertThat(of("a.sh: line 3: nothing-of-that-name: command not found\n"))
        .isEqualTo("a.sh: line 3: nothing-of-that-name: command not found");
    assertThat(of("    all of it indented\n    }\n")).isEqualTo("all of it indented");
    assertThat(of("without an end")).isEqualTo("without an end");
  }

  @Test
  void emptyOutputHasNoReason() {
    assertThat(of("")).isEmpty();
    assertThat(of("\n \n\t\n}\n")).isEmpty();
  }

  @Test
  void reasonIsBoundedAndHasNoControlCharacters() {
    assertThat(of("\u001b[31mfatal:\u001b[0m \u0007no \u001b]0;title\u0007database\u202e\r\n"))
        .isEqualTo("fatal: no database");
    String line = of("x".repeat(5000));
    assertThat(line).hasSize(200).endsWith("…");
    assertThat(ExitReasonLine.of(new byte[] {(byte) 0xff, (byte) 0xfe, 'a', '\n'})).endsWith("a");
  }

  /// The first line of a tail may be missing its beginning.
  @Test
  void truncatedFirstLineIsSkippedWhenThereIsAnotherLine() {
    String torn = "half a line\n" + " frame\n".repeat(2000);
    byte[] bytes = torn.getBytes(StandardCharsets.UTF_8);
    byte[] tail = Arrays.copyOfRange(bytes, bytes.length - LogPipeReader.TAIL_BYTES, bytes.length);
    String whole = "half a line" + "\n    frame".repeat(10);
    assertThat(of(whole)).isEqualTo("half a line");
    assertThat(ExitReasonLine.of(tail)).isEqualTo("frame");
  }
}

package io.jpm.balancer.handover;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.jpm.testing.TestDeadline;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tests `lib/python`: it lets a program bind beside the socket that the variable names, as long as
/// that socket listens, and changes nothing else.
@Needs(Need.PYTHON)
class PythonPreloadTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("jpm.root", ".")).toAbsolutePath().resolve("lib/python");

  private static final String BESIDE =
      """
      import os, socket, subprocess, sys
      old = socket.socket()
      old.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
      old.bind(('127.0.0.1', 0))
      old.listen()
      old.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
      port, inode = old.getsockname()[1], os.fstat(old.fileno()).st_ino + %d
      program = "import socket; s = socket.socket(); s.bind(('127.0.0.1', %%d)); s.listen()" %% port
      os.environ['JPM_SHARE_PORTS'] = '%%d:%%d' %% (port, inode)
      sys.exit(subprocess.run([sys.executable, '-c', program]).returncode)
      """;

  @TempDir Path folder;

  private record ProcessResult(int status, String text) {}

  private ProcessResult python(String program, String path)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder("python3", "-c", program).redirectErrorStream(true);
    builder.environment().put("PYTHONPATH", path);
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(TestDeadline.scaledSeconds(60), TimeUnit.SECONDS)).isTrue();
    return new ProcessResult(process.exitValue(), text);
  }

  @Test
  void socketIsBoundBesideTheNamedSocket() throws Exception {
    assertThat(python(BESIDE.formatted(0), FOLDER.toString())).isEqualTo(new ProcessResult(0, ""));
  }

  @Test
  void portIsNotSharedWithASocketThatIsNotNamed() throws Exception {
    ProcessResult processResult = python(BESIDE.formatted(1), FOLDER.toString());
    assertThat(processResult.status()).isEqualTo(1);
    assertThat(processResult.text()).contains("Address already in use");
  }

  @Test
  void sitecustomizeOfTheSiteIsLoadedToo() throws Exception {
    Files.writeString(folder.resolve("sitecustomize.py"), "print('the site')");
    assertThat(python("print('the app')", FOLDER + ":" + folder))
        .isEqualTo(new ProcessResult(0, "the site\nthe app\n"));
  }

  @Test
  void invalidVariableIsIgnored() throws Exception {
    String program =
        "import os, subprocess, sys; os.environ['JPM_SHARE_PORTS'] = 'x'; "
            + "sys.exit(subprocess.run([sys.executable, '-c', 'pass']).returncode)";
    assertThat(python(program, FOLDER.toString())).isEqualTo(new ProcessResult(0, ""));
  }
}

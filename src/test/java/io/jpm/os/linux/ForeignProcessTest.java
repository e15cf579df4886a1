package io.jpm.os.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.os.HostFixture;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.testing.Eventually;
import io.jpm.testing.Leftovers;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A tree with a process of another user. Only root can set that up.
@Timeout(120)
class ForeignProcessTest {
  private static final List<String> AS_NOBODY =
      List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");

  @TempDir private Path dir;
  private HostFixture fixture;

  @BeforeEach
  void open() {
    fixture = new HostFixture(new LinuxProcessHost(), dir);
  }

  @AfterEach
  void leavesNothingBehind() {
    fixture.close();
  }

  @Test
  @Needs(Need.ROOT)
  void processThatMayNotBeSignalledDoesNotBlockTheEndOfTheTree() throws Exception {
    Path classes = classPathOf(LinuxProcessHost.class);
    Path testClasses = classPathOf(OtherUserDaemon.class);
    Need.assume(canRead(testClasses) && canRead(classes), "a checkout that other users can read");
    Spawned child = fixture.start("mixed-users.sh");
    child.awaitReady();
    List<Long> all = Leftovers.await(fixture.mark(), 3);
    ProcessIdentity identity = child.child().identity();

    String said =
        asNobody(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            classes + ":" + testClasses,
            OtherUserDaemon.class.getName(),
            identity.bootId(),
            Integer.toString(identity.pid()),
            Long.toString(identity.startTime()),
            fixture.tag(1, 1));

    List<Long> left = Leftovers.of(fixture.mark());
    assertThat(left).hasSize(1).isSubsetOf(all).doesNotContain((long) identity.pid());
    assertThat(said)
        .containsSubsequence("exited\n", "treeGone\n")
        .containsOnlyOnce(
            "pid "
                + left.getFirst()
                + " of "
                + fixture.tag(1, 1)
                + " keeps running because it belongs to another user: stop it as root");
  }

  private static Path classPathOf(Class<?> of) throws Exception {
    return Path.of(
        Objects.requireNonNull(of.getProtectionDomain().getCodeSource()).getLocation().toURI());
  }

  private boolean canRead(Path folder) throws Exception {
    return asNobody("sh", "-c", "test -r '" + folder + "/io' && echo readable")
        .contains("readable");
  }

  private String asNobody(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(AS_NOBODY);
    command.addAll(List.of(words));
    Path said = dir.resolve("said");
    Process process =
        new ProcessBuilder(command)
            .directory(Path.of("/").toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    try {
      Eventually.await(
          command + " ends",
          HostFixture.DEADLINE,
          () -> !process.isAlive(),
          () -> HostFixture.read(said));
    } finally {
      process.destroyForcibly().waitFor();
    }
    return Files.readString(said);
  }
}

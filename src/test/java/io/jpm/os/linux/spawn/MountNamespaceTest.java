package io.jpm.os.linux.spawn;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.ReadOnlyPath;
import io.jpm.model.ResourceLimits;
import io.jpm.model.RunAs;
import io.jpm.model.Sandbox;
import io.jpm.model.Seccomp;
import io.jpm.os.HostFixture;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.os.SpawnRequest;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.os.linux.UnprivilegedDaemon;
import io.jpm.os.linux.credentials.ChildCredentials;
import io.jpm.os.linux.credentials.CredentialThread;
import io.jpm.os.linux.libc.DiskCalls;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.MountCalls;
import io.jpm.testing.Leftovers;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The mounts of children with their own mount namespace, as the kernel shows them. Only root can
/// create one.
@Timeout(120)
@Needs({Need.ROOT, Need.MOUNT})
class MountNamespaceTest {
  private static final Optional<String> NOBODY = Optional.of("nobody");
  private static final String PRIVATE_TMP = "private";

  private HostFixture fixture;

  /// A directory that no private `/tmp` hides.
  private Path directory;

  @BeforeEach
  void open(@TempDir Path dir) throws IOException {
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxrwxrwx"));
    fixture = new HostFixture(new LinuxProcessHost(), dir);
    directory = Files.createTempDirectory(Path.of("/opt"), "jpm mount");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.createDirectories(directory.resolve("kept/sub"));
    for (String folder : List.of("kept", "kept/sub")) {
      Files.setPosixFilePermissions(
          directory.resolve(folder), PosixFilePermissions.fromString("rwxrwxrwx"));
    }
  }

  @AfterEach
  void leavesNothingBehind() throws IOException {
    fixture.close();
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }

  /// @param words `private` for a private `/tmp`; all others are read-only paths
  private static RunAs runAs(Optional<String> user, String... words) {
    List<ReadOnlyPath> paths =
        Arrays.stream(words)
            .filter(word -> !word.equals(PRIVATE_TMP))
            .map(word -> ReadOnlyPath.parse(word).orElseThrow())
            .toList();
    return new RunAs(
        user,
        Optional.empty(),
        OptionalInt.empty(),
        OptionalInt.empty(),
        new Sandbox(
            Optional.empty(),
            Optional.empty(),
            Seccomp.NONE,
            List.of(words).contains(PRIVATE_TMP),
            paths));
  }

  private SpawnRequest shell(String script, RunAs runAs) {
    SpawnRequest request = fixture.withFolder(fixture.request("obedient.sh"), directory);
    return fixture
        .withRunAs(request, runAs)
        .withProgram(Path.of("/bin/sh"), List.of("sh", "-c", script));
  }

  private static List<String> mounts(int pid, Path at) {
    try {
      return Files.readAllLines(Path.of("/proc/" + pid + "/mountinfo")).stream()
          .filter(line -> line.split(" ", -1)[4].equals(at.toString().replace(" ", "\\040")))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "nobody"})
  void privateTmpIsEmptyAndNotVisibleOutside(String user) {
    String script =
        """
        ls -A /tmp /var/tmp; stat -c '%a %u' /tmp /var/tmp
        echo mine >/tmp/jpm-mine-$$ && echo mine >/var/tmp/jpm-mine-$$ && echo ready $$
        exec sleep 1000
        """;
    RunAs runAs = runAs(Optional.of(user).filter(it -> !it.isEmpty()), PRIVATE_TMP);
    Spawned app = fixture.start(shell(script, runAs));
    app.awaitOutput("ready " + app.pid());

    assertThat(HostFixture.read(app.out())).startsWith("/tmp:\n\n/var/tmp:\n1777 0\n1777 0\nready");
    for (Path tmp : Sandbox.TEMPORARY) {
      Path mine = tmp.resolve("jpm-mine-" + app.pid());
      assertThat(mine).doesNotExist();
      assertThat(Path.of("/proc/" + app.pid() + "/root" + mine)).exists();
      assertThat(mounts(app.pid(), tmp)).last().asString().contains("nosuid,nodev", " - tmpfs ");
    }
    Spawned other = fixture.start(shell("ls -A /tmp /var/tmp; echo ready; exec sleep 1000", runAs));
    other.awaitReady();
    assertThat(HostFixture.read(other.out())).isEqualTo("/tmp:\n\n/var/tmp:\nready\n");
  }

  @Test
  void readOnlyPathIsReadOnlyByEveryNameAndForRoot() throws IOException {
    Path kept = directory.resolve("kept");
    Files.writeString(kept.resolve("file"), "old");
    Files.createSymbolicLink(directory.resolve("link"), kept);
    String script =
        """
        exec 2>&1
        for name in new sub/new ../kept/new ../link/new "$PWD/new"; do echo x >"$name"; done
        echo x >file; rm -f file; mv sub other; echo x >"../free-$(id -u)"; pwd; echo ready
        exec sleep 1000
        """;
    List<Spawned> apps = new ArrayList<>();
    for (Optional<String> user : List.of(NOBODY, Optional.<String>empty())) {
      RunAs runAs =
          runAs(user, directory.resolve("link").toString(), "-/none", "-" + kept + "/file/x");
      apps.add(fixture.start(fixture.withFolder(shell(script, runAs), kept)));
    }

    for (Spawned app : apps) {
      app.awaitReady();
      List<String> said = HostFixture.read(app.out()).lines().toList();
      assertThat(said).hasSize(10).endsWith(kept.toString(), "ready");
      assertThat(said.subList(0, 8))
          .allMatch(line -> line.toLowerCase(Locale.ROOT).contains("read-only file system"));
      assertThat(mounts(app.pid(), kept)).singleElement().asString().contains(" ro,");
    }
    assertThat(directory.resolve("free-0")).exists();
    assertThat(directory.resolve("free-65534")).exists();
    assertThat(kept.resolve("file")).hasContent("old");
    assertThat(mounts((int) ProcessHandle.current().pid(), kept)).isEmpty();
  }

  @Test
  void rootCanBeReadOnlyWithAPrivateTmp() {
    String script = "echo x >/tmp/x && echo x >/dev/null && echo ready; exec sleep 1000";
    Spawned app = fixture.start(shell(script, runAs(NOBODY, "/", PRIVATE_TMP)));
    app.awaitReady();

    assertThat(mounts(app.pid(), Path.of("/"))).allMatch(line -> line.contains(" ro,"));
    assertThat(mounts(app.pid(), Path.of("/proc"))).allMatch(line -> line.contains(" ro,"));
  }

  @Test
  void privateTmpWorksWithLimitsIpcChannelAndTerminal() {
    String script = "echo x >/tmp/x; ulimit -n; echo ready; exec sleep 1000";
    SpawnRequest limited =
        shell(script, runAs(NOBODY, PRIVATE_TMP))
            .withLimits(
                new ResourceLimits(
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    OptionalDouble.empty(),
                    Map.of("nofile", 77L)));
    SpawnRequest talking =
        fixture.withTerminal(fixture.withChannel(shell(script, runAs(NOBODY, PRIVATE_TMP))));
    Spawned app = fixture.start(limited);
    Spawned other = fixture.start(talking);

    app.awaitReady();
    assertThat(HostFixture.read(app.out())).isEqualTo("77\nready\n");
    assertThat(mounts(app.pid(), Path.of("/tmp"))).last().asString().contains(" - tmpfs ");
    other.awaitReady();
    assertThat(other.child().hasIpcChannel()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // The kernel refuses to mount a mount namespace inside one that was created later.
        "/proc/self/ns/mnt | read_only_paths: /proc/self/ns/mnt cannot be made read-only: invalid"
            + " argument",
        "-/proc/self/ns/mnt | read_only_paths: /proc/self/ns/mnt cannot be made read-only: invalid"
            + " argument",
        "/no/such | read_only_paths: /no/such does not exist: create it, or write \"-/no/such\" if it is"
            + " optional",
        "/etc/passwd/x | read_only_paths: /etc/passwd/x does not exist: create it, or write"
            + " \"-/etc/passwd/x\" if it is optional",
      })
  void appIsRefusedWhenAMountFails(String path, String reason) {
    RunAs runAs = runAs(NOBODY, path, PRIVATE_TMP, directory.resolve("kept").toString());

    assertThat(fixture.refusal(shell("echo ran >ran", runAs))).isEqualTo(reason);
    assertThat(directory.resolve("ran")).doesNotExist();
    assertThat(Leftovers.of(fixture.mark())).isEmpty();
  }

  @Test
  void programOrDirectoryHiddenByPrivateTmpIsRefused() throws IOException {
    Path script = fixture.script("obedient.sh");
    Path link = Files.createSymbolicLink(directory.resolve("program"), script);
    SpawnRequest request = shell("true", runAs(NOBODY, PRIVATE_TMP));
    String why = ", which private_tmp hides: move it, or remove private_tmp";
    Need.assume(script.toRealPath().startsWith("/tmp"), "temporary files in /tmp");

    assertThat(fixture.refusal(fixture.withFolder(request, fixture.dir())))
        .isEqualTo("the working directory " + fixture.dir() + " is in /tmp" + why);
    for (Path program : List.of(script, link)) {
      assertThat(fixture.refusal(request.withProgram(program, List.of("x"))))
          .isEqualTo(program + " cannot be started because it is in /tmp" + why);
    }
  }

  /// Otherwise `/tmp` of the machine would disappear for all other processes.
  @Test
  void mountsDoNotPropagateOutside() throws IOException {
    SpawnRequest request =
        shell("true", runAs(NOBODY, PRIVATE_TMP, directory.resolve("kept").toString()));
    List<List<String>> seen = new ArrayList<>();
    int result =
        CredentialThread.call(
            ChildCredentials.DAEMON,
            () -> {
              try (Arena arena = Arena.ofShared()) {
                long root = DiskCalls.path(arena, Path.of("/"));
                int left = MountCalls.leave();
                long shared = 1 << 20;
                int made = MountCalls.mount(0, root, 0, MountCalls.RECURSIVE | shared, 0);
                seen.add(mountTable());
                int folder = DiskCalls.openFolder(DiskCalls.path(arena, directory));
                MountNamespace space = MountNamespace.of(request, folder, arena).orElseThrow();
                int entered =
                    CredentialThread.call(
                        ChildCredentials.DAEMON,
                        new Confinement.All(List.of(space))
                            .before(() -> {
                              seen.add(mountTable());
                              return 0;
                            }));
                seen.add(mountTable());
                Libc.close(folder);
                return Math.min(left, Math.min(made, entered));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });

    assertThat(result).isZero();
    assertThat(seen.getFirst()).anyMatch(line -> line.contains(" shared:"));
    assertThat(seen.get(1)).hasSizeGreaterThan(seen.getFirst().size());
    assertThat(seen.getLast()).isEqualTo(seen.getFirst());
  }

  private static List<String> mountTable() {
    try {
      return Files.readAllLines(Path.of("/proc/thread-self/mountinfo"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Also with the system calls of older kernels.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void mountsBelowAReadOnlyPathAreReadOnly(boolean recursive) throws IOException {
    Path kept = directory.resolve("kept");
    Path deep = kept.resolve("sub/\u00e4 b");
    Files.createDirectories(deep);
    SpawnRequest request = shell("true", runAs(NOBODY, kept.toString()));
    List<Integer> wrote = new ArrayList<>();
    List<String> after = new ArrayList<>();
    CredentialThread.call(
        ChildCredentials.DAEMON,
        () -> {
          try (Arena arena = Arena.ofShared()) {
            MountCalls.leave();
            long root = DiskCalls.path(arena, Path.of("/"));
            MountCalls.mount(0, root, 0, MountCalls.RECURSIVE | MountCalls.PRIVATE, 0);
            wrote.add(mountTmpfs(arena, deep, 0)); // hidden by the next mount
            wrote.add(mountTmpfs(arena, kept.resolve("sub"), MountCalls.NO_PROGRAMS));
            wrote.add(Files.createDirectory(kept.resolve("sub/x")).toFile().isDirectory() ? 0 : -1);
            wrote.add(mountTmpfs(arena, kept.resolve("sub/x"), MountCalls.NO_SET_USER_ID));
            int folder = DiskCalls.openFolder(DiskCalls.path(arena, directory));
            MountNamespace space = MountNamespace.of(request, folder, arena, recursive);
            wrote.add(
                CredentialThread.call(
                    ChildCredentials.DAEMON,
                    new Confinement.All(List.of(space))
                        .before(() -> {
                          after.addAll(mountTable());
                          return 0;
                        })));
            wrote.add(
                CredentialThread.call(
                    ChildCredentials.DAEMON,
                    () -> {
                      int entered = space.enter();
                      for (String name : List.of("new", "sub/new", "sub/x/new")) {
                        long file = DiskCalls.path(arena, kept.resolve(name));
                        wrote.add(DiskCalls.open(file, Libc.O_WRONLY | Libc.O_CREAT));
                      }
                      return Math.min(entered, 0);
                    }));
            Libc.close(folder);
            return 0;
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });

    int refused = -Errno.EROFS;
    assertThat(wrote).containsExactly(0, 0, 0, 0, 0, refused, refused, refused, 0);
    assertThat(after)
        .filteredOn(line -> line.contains("/sub "))
        .last()
        .asString()
        .contains(" ro,noexec");
    assertThat(after)
        .filteredOn(line -> line.contains("/sub/x "))
        .last()
        .asString()
        .contains(" ro,nosuid");
  }

  /// The user may replace the directory by a link to any other while the app starts.
  @Test
  void replacedWorkingDirectoryIsRefused() throws IOException {
    SpawnRequest request = shell("true", runAs(NOBODY, PRIVATE_TMP));
    try (Arena arena = Arena.ofShared()) {
      int checked = DiskCalls.openFolder(DiskCalls.path(arena, directory.resolve("kept")));
      MountNamespace space = MountNamespace.of(request, checked, arena).orElseThrow();
      int result = CredentialThread.call(ChildCredentials.DAEMON, space::enter);
      Libc.close(checked);

      assertThat(result).isEqualTo(-Errno.EAGAIN);
      assertThat(space.sentence(-result))
          .isEqualTo(
              "the working directory %s was replaced while the app was starting: start it again"
                  .formatted(directory));
    }
  }

  private static int mountTmpfs(Arena arena, Path at, long flags) {
    long tmpfs = Libc.text(arena, "tmpfs").address();
    return MountCalls.mount(tmpfs, DiskCalls.path(arena, at), tmpfs, flags, 0);
  }

  @Test
  void daemonWithoutSysAdminReportsThatItCannotMount() throws Exception {
    List<String> command =
        List.of(
            "setpriv",
            "--bounding-set=-sys_admin",
            "--inh-caps=-sys_admin",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            Objects.requireNonNull(System.getProperty("java.class.path")),
            UnprivilegedDaemon.class.getName(),
            fixture.dir().toString(),
            fixture.script("obedient.sh").toString());
    Process daemon = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(daemon.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(daemon.waitFor()).as(said).isZero();
    assertThat(said.lines())
        .contains(
            "tmp: cannot apply private_tmp because the daemon lacks sys_admin: allow it in its"
                + " container or service",
            "paths: cannot apply private_tmp and read_only_paths because the daemon lacks"
                + " sys_admin: allow it in its container or service");
  }
}

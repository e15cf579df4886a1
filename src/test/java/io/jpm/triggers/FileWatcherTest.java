package io.jpm.triggers;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.Triggers;
import io.jpm.testing.Eventually;
import io.jpm.testing.Need;
import io.jpm.testing.TestDeadline;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Changes real files. That a change is *not* reported is proved by a later change that is reported
/// alone.
@Timeout(120)
class FileWatcherTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir Path base;
  private Path app;
  private Path home;
  private FileWatcher files;
  private final List<String> changes = new CopyOnWriteArrayList<>();
  private final List<String> problems = new CopyOnWriteArrayList<>();

  @BeforeEach
  void open() throws IOException {
    base = base.toRealPath();
    app = Files.createDirectories(base.resolve("app"));
    home = Files.createDirectories(base.resolve("home"));
    files = new FileWatcher(home);
  }

  @AfterEach
  void close() {
    files.close();
  }

  @Test
  void writtenFileIsAChange() throws Exception {
    Path file = write(app.resolve("src/app.js"), "1");
    begin(List.of(app));
    write(file, "22");
    awaitChanges("src/app.js changed");
    write(file, "333");
    awaitChanges("src/app.js changed", "src/app.js changed");
    assertThat(problems).isEmpty();
  }

  @Test
  void simultaneousChangesAreReportedTogether() throws Exception {
    begin(List.of(app));
    write(app.resolve("a.js"), "1");
    write(app.resolve("b.js"), "1");
    write(app.resolve("c.js"), "1");
    awaitChanges("3 files changed, a.js first");
    createFile("m.js");
    awaitChanges("3 files changed, a.js first", "m.js changed");
  }

  @Test
  void renameAndReplaceByAnEditorIsOneChange() throws Exception {
    Path file = write(app.resolve("app.js"), "1");
    begin(List.of(app), "*.tmp", "*~");
    for (int save = 0; save < 3; save++) {
      Path next = write(app.resolve("app.js.tmp"), "version " + save);
      Files.move(file, app.resolve("app.js~"), StandardCopyOption.REPLACE_EXISTING);
      Files.move(next, file);
    }
    awaitChanges("app.js changed");
    createFile("m.js");
    awaitChanges("app.js changed", "m.js changed");
  }

  @Test
  void newDirectoriesAreWatched() throws Exception {
    begin(List.of(app));
    Path deep = Files.createDirectories(app.resolve("a/b/c"));
    awaitCount(1);
    write(deep.resolve("x.js"), "1");
    awaitLast("a/b/c/x.js changed");
    int before = changes.size();
    Files.move(app.resolve("a"), app.resolve("z"));
    awaitCount(before + 1);
    write(app.resolve("z/b/c/x.js"), "22");
    awaitLast("z/b/c/x.js changed");
  }

  @Test
  void deletionsAreChanges() throws Exception {
    write(app.resolve("dir/x.js"), "1");
    write(app.resolve("y.js"), "1");
    begin(List.of(app));
    Files.delete(app.resolve("y.js"));
    awaitChanges("y.js changed");
    delete(app.resolve("dir"));
    awaitCount(2);
    assertThat(changes.get(1)).contains("dir");
  }

  @Test
  void ignoredPathsAreNotWatched() throws Exception {
    write(app.resolve("node_modules/m/index.js"), "1");
    write(app.resolve("sub/node_modules/m/index.js"), "1");
    write(app.resolve("logs/a.log"), "1");
    write(app.resolve("build/keep.js"), "1");
    write(app.resolve("src/build/deep.js"), "1");
    begin(List.of(app), "node_modules", "*.log", "/build/", "!important.log", "./logs/tmp");
    int watches = inotifyWatches();
    write(app.resolve("node_modules/m/index.js"), "22");
    write(app.resolve("sub/node_modules/new/index.js"), "22");
    write(app.resolve("logs/a.log"), "22");
    write(app.resolve("logs/tmp/x"), "22");
    write(app.resolve("build/keep.js"), "22");
    write(app.resolve("src/build/deep.js"), "22");
    awaitChanges("src/build/deep.js changed");
    write(app.resolve("logs/important.log"), "22");
    awaitChanges("src/build/deep.js changed", "logs/important.log changed");
    assertThat(inotifyWatches()).as("number of watched directories").isEqualTo(watches);
  }

  @Test
  void invalidPatternIsReportedAndTheOthersApply() throws Exception {
    begin(List.of(app), "[", "*.log");
    write(app.resolve("a.log"), "1");
    createFile("m.js");
    awaitChanges("m.js changed");
    assertThat(problems).containsExactly("ignore_watch: [ is not a valid .gitignore pattern");
  }

  @Test
  void touchIsAChangeAndChmodIsNot() throws Exception {
    Path file = write(app.resolve("a.js"), "1");
    begin(List.of(app));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
    awaitChanges("a.js changed");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    createFile("m.js");
    awaitChanges("a.js changed", "m.js changed");
  }

  @Test
  void onlyChangedContentOfASingleFileIsAChange() throws Exception {
    Path program = write(app.resolve("server"), "version 1");
    begin(List.of(program));
    Files.setLastModifiedTime(program, FileTime.fromMillis(1_000_000));
    write(program, "version 1");
    write(app.resolve("other"), "1");
    begin(List.of(app.resolve("other")));
    write(app.resolve("other"), "2");
    awaitChanges("other changed");
    write(program, "version 2");
    awaitChanges("other changed", "server changed");
  }

  @Test
  void jarIsAChangeOnlyWhenItIsComplete() throws Exception {
    Path whole = jar(base.resolve("next.jar"), "two");
    byte[] bytes = Files.readAllBytes(whole);
    Path jar = jar(app.resolve("app.jar"), "one");
    begin(List.of(jar));
    try (OutputStream out = Files.newOutputStream(jar)) {
      out.write(bytes, 0, bytes.length / 2);
      out.flush();
      Eventually.await("the incomplete archive is reported", LONG, () -> !problems.isEmpty());
      assertThat(problems.getFirst()).contains("app.jar is not a complete archive");
      assertThat(changes).isEmpty();
      out.write(bytes, bytes.length / 2, bytes.length - bytes.length / 2);
    }
    awaitChanges("app.jar changed");
  }

  @Test
  void replacedJarIsOneChangeIfItsContentDiffers() throws Exception {
    Path jar = jar(app.resolve("app.jar"), "one");
    byte[] same = Files.readAllBytes(jar);
    begin(List.of(jar));
    Files.delete(jar);
    Files.write(jar, same);
    Path other = write(app.resolve("other"), "1");
    begin(List.of(other));
    write(other, "2");
    awaitChanges("other changed");
    Files.delete(jar);
    jar(base.resolve("next.jar"), "two");
    Files.move(base.resolve("next.jar"), jar);
    awaitChanges("other changed", "app.jar changed");
  }

  @Test
  void linkChangedToAnotherReleaseIsAChange() throws Exception {
    write(base.resolve("releases/1/app.js"), "1");
    write(base.resolve("releases/2/app.js"), "2 2");
    Path current = Files.createSymbolicLink(base.resolve("current"), base.resolve("releases/1"));
    begin(List.of(current));
    Path next = Files.createSymbolicLink(base.resolve("next"), base.resolve("releases/2"));
    Files.move(next, current, StandardCopyOption.ATOMIC_MOVE);
    awaitChanges("app.js changed");
    write(base.resolve("releases/1/app.js"), "old one");
    write(base.resolve("releases/2/app.js"), "3 3 3");
    awaitChanges("app.js changed", "app.js changed");
  }

  @Test
  void targetOfALinkToASingleFileIsWatched() throws Exception {
    Path real = write(base.resolve("bin/server-1"), "1");
    Path link = Files.createSymbolicLink(app.resolve("server"), real);
    begin(List.of(link));
    write(real, "2");
    awaitChanges("server changed");
  }

  @Test
  void linksAreNotFollowedOutOfTheTree() throws Exception {
    Path outside = write(base.resolve("outside/x.js"), "1");
    Files.createSymbolicLink(app.resolve("link"), base.resolve("outside"));
    Files.createSymbolicLink(app.resolve("loop"), app);
    begin(List.of(app));
    write(outside, "22");
    createFile("m.js");
    awaitChanges("m.js changed");
  }

  @Test
  void deletedAndRecreatedDirectoryIsWatchedAgain() throws Exception {
    write(app.resolve("src/a.js"), "1");
    begin(List.of(app.resolve("src")));
    delete(app.resolve("src"));
    awaitCount(1);
    write(app.resolve("src/b.js"), "1");
    awaitCount(2);
    write(app.resolve("src/b.js"), "22");
    awaitLast("b.js changed");
  }

  @Test
  void replacedParentDirectoryIsWatchedAgain() throws Exception {
    write(app.resolve("v/src/a.js"), "1");
    write(base.resolve("new/src/a.js"), "22");
    begin(List.of(app.resolve("v/src")));
    Files.move(app.resolve("v"), base.resolve("old"));
    Files.move(base.resolve("new"), app.resolve("v"));
    awaitCount(1);
    changes.clear();
    write(app.resolve("v/src/a.js"), "333");
    awaitLast("a.js changed");
  }

  @Test
  void missingDirectoryIsWatchedWhenItIsCreated() throws Exception {
    begin(List.of(app.resolve("later/src")));
    assertThat(problems)
        .containsExactly(
            "watch: %s does not exist, and is watched as soon as it is created"
                .formatted(app.resolve("later/src")));
    write(app.resolve("later/src/a.js"), "1");
    awaitCount(1);
    changes.clear();
    write(app.resolve("later/src/a.js"), "22");
    awaitLast("a.js changed");
  }

  @Test
  @Tag("slow")
  void continuousChangesAreReportedEventually() throws Exception {
    begin(List.of(app));
    long begin = System.nanoTime();
    int[] n = {0};
    long[] latest = {begin};
    long[] longestRest = {0};
    Eventually.await(
        "a change is reported although changes continue",
        LONG,
        () -> {
          write(app.resolve("a.js"), "x".repeat(n[0]++ % 100));
          long now = System.nanoTime();
          longestRest[0] = Math.max(longestRest[0], now - latest[0]);
          latest[0] = now;
          return !changes.isEmpty();
        });
    // If this test was suspended, the changes paused for a while.
    if (longestRest[0] < Duration.ofMillis(100).toNanos()) {
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofSeconds(4));
    }
  }

  /// More changes than the queues of the kernel or Java hold: the directories are read again.
  @Test
  void floodOfChangesIsReportedCompletely() throws Exception {
    for (int i = 0; i < 20; i++) {
      Files.createDirectories(app.resolve("d" + i));
    }
    begin(List.of(app));
    for (int i = 0; i < 3000; i++) {
      Files.createFile(
          app.resolve("d" + i % 20 + "/f" + i)); // one event each, so that none is counted twice
    }
    Eventually.await(
        "all changes are reported", LONG, () -> changeCount() == 3000, this::changeCount);
    write(app.resolve("d7/f7"), "22");
    Eventually.await(
        "the next change is reported", LONG, () -> changes.getLast().equals("d7/f7 changed"));
  }

  private int changeCount() {
    return changes.stream()
        .mapToInt(text ->
            text.contains(" files ") ? Integer.parseInt(text.substring(0, text.indexOf(' '))) : 1)
        .sum();
  }

  @Test
  void twoWatchesOfOneDirectoryAreIndependent() throws Exception {
    WatchHandle first = begin(List.of(app));
    List<String> others = new CopyOnWriteArrayList<>();
    WatchHandle second = files.watch(watch(List.of(app)), Instant.MAX, others::add, problems::add);
    await(second);
    createFile("m.js");
    awaitChanges("m.js changed");
    Eventually.await(
        "the second watch reports the change", LONG, () -> others.equals(List.of("m.js changed")));
    first.close();
    createFile("n.js");
    Eventually.await("the second watch reports the next change", LONG, () -> others.size() == 2);
    assertThat(changes).containsExactly("m.js changed");
  }

  @Test
  void homeIsNotWatched() throws Exception {
    begin(List.of(base));
    write(home.resolve("logs/app-out.log"), "1");
    write(app.resolve("a.js"), "1");
    awaitChanges("app/a.js changed");
  }

  @Test
  @Tag("slow")
  void directoriesArePolledWithoutInotifyWatches() throws Exception {
    int[] left = {2 + base.getNameCount()};
    try (FileWatcher limited =
        new FileWatcher(
            home,
            new DirectoryWatcher.Kernel() {
              @Override
              public WatchKey register(Path directory, WatchService service) throws IOException {
                if (left[0]-- <= 0) {
                  throw new IOException("User limit of inotify watches reached");
                }
                return DirectoryWatcher.Kernel.super.register(directory, service);
              }
            })) {
      assertPolls(limited);
    }
  }

  @Test
  @Tag("slow")
  void directoriesArePolledWithoutAnInotifyInstance() throws Exception {
    try (FileWatcher limited =
        new FileWatcher(
            home,
            new DirectoryWatcher.Kernel() {
              @Override
              public WatchService open() throws IOException {
                throw new IOException("User limit of inotify instances reached");
              }
            })) {
      assertPolls(limited);
    }
  }

  private void assertPolls(FileWatcher limited) throws Exception {
    write(app.resolve("a/b/x.js"), "1");
    Path jar = jar(base.resolve("lib/app.jar"), "one");
    await(limited.watch(watch(List.of(app, jar)), Instant.MAX, changes::add, problems::add));
    assertThat(problems).hasSize(1);
    assertThat(problems.getFirst())
        .contains("User limit of inotify", "fs.inotify.max_user_watches", "every 2 s")
        .doesNotContain("\n");
    write(app.resolve("a/b/x.js"), "22");
    awaitChanges("a/b/x.js changed");
    write(app.resolve("c/d/y.js"), "1");
    awaitCount(2);
    write(app.resolve("c/d/y.js"), "22");
    awaitLast("c/d/y.js changed");
    jar(jar, "two");
    awaitLast("app.jar changed");
    assertThat(problems).hasSize(1);
  }

  @Test
  void fileWrittenBeforeTheFirstScanIsAChange() throws Exception {
    Path early = write(app.resolve("early.js"), "1");
    Path ahead = write(app.resolve("ahead.js"), "1");
    Files.setLastModifiedTime(ahead, FileTime.from(Instant.now().plus(Duration.ofDays(1))));
    Path program = write(base.resolve("server"), "1");
    var edited = new AtomicBoolean();
    files.close();
    files =
        new FileWatcher(
            home,
            new DirectoryWatcher.Kernel() {
              @Override
              public WatchKey register(Path directory, WatchService service) throws IOException {
                if (edited.compareAndSet(false, true)) {
                  writeLater(early);
                  writeLater(program);
                }
                return DirectoryWatcher.Kernel.super.register(directory, service);
              }
            });
    begin(List.of(app, program));
    awaitChanges("2 files changed, early.js first");
    write(program, "the one after");
    awaitChanges("2 files changed, early.js first", "server changed");
    assertThat(problems).isEmpty();
  }

  /// The clock of a file system may be some milliseconds behind.
  private static void writeLater(Path file) {
    Instant now = Instant.now();
    Eventually.await(
        "written after " + now,
        LONG,
        () -> {
          write(file, "2");
          return file.toFile().lastModified() > now.toEpochMilli();
        });
  }

  @Test
  void tooLargeDirectoryIsReportedAndTheRestIsWatched() throws Exception {
    for (int i = 0; i < 300; i++) {
      write(app.resolve("data/f" + i), "1");
    }
    write(app.resolve("src/a.js"), "1");
    limitBudget(100, 200);
    begin(List.of(app));
    assertThat(problems).hasSize(1);
    assertThat(problems.getFirst())
        .contains(app.resolve("data") + " has too many files", "one app", "ignore_watch")
        .doesNotContain("\n");
    write(app.resolve("data/f7"), "22");
    write(app.resolve("data/new"), "22");
    write(app.resolve("src/a.js"), "22");
    awaitChanges("src/a.js changed");
    assertThat(problems).hasSize(1);
    delete(app.resolve("data"));
    awaitLast("data changed");
    write(app.resolve("data/few"), "1");
    awaitCount(3);
    write(app.resolve("data/few"), "22");
    awaitLast("data/few changed");
  }

  @Test
  void directoryThatBecomesTooLargeIsNoLongerWatched() throws Exception {
    write(app.resolve("src/a.js"), "1");
    Files.createDirectories(app.resolve("data"));
    limitBudget(100, 200);
    begin(List.of(app));
    int watches = inotifyWatches();
    for (int i = 0; i < 300; i++) {
      Files.createFile(app.resolve("data/f" + i));
    }
    Eventually.await("the problem is reported", LONG, () -> !problems.isEmpty());
    assertThat(problems.getFirst()).contains(app.resolve("data") + " has too many files");
    Eventually.await(
        "the directory is no longer watched", LONG, () -> inotifyWatches() == watches - 1);
    awaitCount(1);
    write(app.resolve("src/a.js"), "22");
    awaitLast("src/a.js changed");
  }

  @Test
  void budgetOfOneAppLeavesSomeForTheOthers() throws Exception {
    for (int i = 0; i < 150; i++) {
      write(app.resolve("one/f" + i), "1");
      write(app.resolve("two/f" + i), "1");
    }
    limitBudget(200, 240);
    WatchHandle first = begin(List.of(app.resolve("one")));
    begin(List.of(app.resolve("two")));
    assertThat(problems).hasSize(1);
    assertThat(problems.getFirst()).contains(app.resolve("two").toString(), "all apps");
    write(app.resolve("few/a.js"), "1");
    begin(List.of(app.resolve("few")));
    write(app.resolve("few/a.js"), "22");
    awaitChanges("a.js changed");
    first.close();
    begin(List.of(app.resolve("two")));
    assertThat(problems).as("problems after the first watch freed its budget").hasSize(1);
  }

  /// Opening a pipe would block the thread of the watches until a writer opens it.
  @Test
  void pipeInPlaceOfAFileDoesNotBlockOtherWatches() throws Exception {
    Path program = write(app.resolve("server"), "version 1");
    Path other = write(app.resolve("other"), "1");
    Path jar = jar(app.resolve("app.jar"), "one");
    begin(List.of(program, jar));
    begin(List.of(other));
    pipeInPlaceOf(program);
    pipeInPlaceOf(jar);
    Eventually.await("the problem is reported", LONG, () -> problems.size() == 2, () -> problems);
    assertThat(problems)
        .allMatch(
            text ->
                text.contains("is not a regular file; waiting until a regular file replaces it"),
            "says so");
    write(other, "2");
    awaitChanges("other changed");
    Files.delete(program);
    write(program, "version 1");
    write(other, "3");
    awaitChanges("other changed", "other changed");
    Files.delete(program);
    write(program, "version 2");
    awaitLast("server changed");
  }

  private static void pipeInPlaceOf(Path file) throws Exception {
    Path pipe = file.resolveSibling("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Files.move(pipe, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /// @param each maximum number of entries per app
  /// @param all maximum number of entries for all apps
  private void limitBudget(int each, int all) {
    files.close();
    int entry = 185;
    long free = 10L * entry;
    files =
        new FileWatcher(
            home,
            new DirectoryWatcher.Kernel() {},
            new WatchBudget((long) all * entry, (long) each * entry, free));
  }

  @Test
  void unreadableDirectoryIsReportedOnceAndTheRestIsWatched() throws Exception {
    Need.assume(
        !System.getProperty("user.name", "").equals("root"), "a user who cannot read everything");
    for (String name : List.of("one", "two")) {
      Path secret = Files.createDirectories(app.resolve(name));
      Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("---------"));
    }
    begin(List.of(app));
    assertThat(problems).hasSize(1);
    assertThat(problems.getFirst()).contains("cannot be read", "ignore_watch");
    createFile("m.js");
    awaitChanges("m.js changed");
    Files.setPosixFilePermissions(app.resolve("one"), PosixFilePermissions.fromString("rwx------"));
    createFile("n.js");
    awaitCount(2); // The first scan of a directory reports no changes.
    write(app.resolve("one/x.js"), "1");
    awaitChanges("m.js changed", "n.js changed", "one/x.js changed");
  }

  private WatchHandle begin(List<Path> paths, String... ignore) throws Exception {
    WatchHandle watchHandle =
        files.watch(watch(paths, ignore), Instant.now(), changes::add, problems::add);
    await(watchHandle);
    return watchHandle;
  }

  private static Triggers.Watch watch(List<Path> paths, String... ignore) {
    return new Triggers.Watch(paths, List.of(ignore), Duration.ZERO);
  }

  private static void await(WatchHandle watchHandle) throws Exception {
    watchHandle.ready().toCompletableFuture().get(TestDeadline.scaledSeconds(30), TimeUnit.SECONDS);
  }

  private void createFile(String name) throws IOException {
    Files.createFile(app.resolve(name));
  }

  private void awaitChanges(String... texts) {
    Eventually.await("the changes", LONG, () -> changes.equals(List.of(texts)), () -> changes);
  }

  private void awaitCount(int count) {
    Eventually.await(
        count + " changes", LONG, () -> changes.size() >= count, () -> changes + " " + problems);
  }

  /// The writes before it may have been reported together or separately.
  private void awaitLast(String text) {
    Eventually.await(
        text,
        LONG,
        () -> !changes.isEmpty() && changes.getLast().equals(text),
        () -> changes + " " + problems);
  }

  private static Path write(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      return Files.writeString(file, text);
    } catch (IOException error) {
      throw new java.io.UncheckedIOException(error);
    }
  }

  private static Path jar(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("content"));
      zip.write(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    return file;
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> paths = Files.walk(tree)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /// Returns the number of inotify watches of this process.
  private static int inotifyWatches() {
    int count = 0;
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fdinfo"))) {
      for (Path descriptor : descriptors.toList()) {
        try {
          count +=
              (int)
                  Files.readAllLines(descriptor).stream()
                      .filter(l -> l.startsWith("inotify"))
                      .count();
        } catch (IOException closed) {
          // The descriptor of this directory listing, which is closed by now.
        }
      }
    } catch (IOException error) {
      throw new java.io.UncheckedIOException(error);
    }
    return count;
  }
}

package io.jpm.god.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.god.FaultyFileOperations;
import io.jpm.god.FaultyFileOperations.Fault;
import io.jpm.god.journal.DurableFile.Kind;
import io.jpm.testing.Representatives;
import io.jpm.testing.TestDeadline;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Injects each kind of fault into each call of each write. A complete generation can always be
/// read.
class DurableFileTest {
  @TempDir Path folder;

  private static String content(int number) {
    return new JsonObject().put("n", number).put("padding", "x".repeat(500)).encode();
  }

  private DurableFile file(Kind kind) {
    return new DurableFile(folder, kind);
  }

  /// Returns what the next daemon reads.
  private Optional<Integer> readBack(Kind kind) {
    return file(kind).read(json -> json.getInteger("n")).content();
  }

  private void write(Kind kind, int... numbers) throws IOException {
    for (int number : numbers) {
      file(kind).write(content(number));
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private void clear() throws IOException {
    for (String name : names()) {
      Files.delete(folder.resolve(name));
    }
  }

  static Stream<Arguments> faults() {
    return Stream.of(Kind.values())
        .flatMap(kind -> Stream.of(Fault.values()).map(fault -> Arguments.of(kind, fault)));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void faultInAnyCallLeavesTheOldOrTheNewGeneration(Kind kind, Fault fault) throws IOException {
    tryEachCall(kind, fault, true);
  }

  @ParameterizedTest
  @Representatives({1, 5, 14, 20})
  @MethodSource("faults")
  void faultWithoutHardLinksLeavesTheOldOrTheNewGeneration(Kind kind, Fault fault)
      throws IOException {
    tryEachCall(kind, fault, false);
  }

  private void tryEachCall(Kind kind, Fault fault, boolean links) throws IOException {
    int call = 0;
    boolean reached = true;
    while (reached) {
      clear();
      write(kind, 1, 2, 3);
      var calls = new FaultyFileOperations(fault, call, links);
      boolean done = writeSucceeds(new DurableFile(folder, kind, calls), 4);
      reached = calls.isReached();

      String where = fault + " at call " + call;
      assertThat(readBack(kind)).as(where).get().isIn(3, 4);
      if (done) {
        assertThat(readBack(kind)).as(where).contains(4);
      }
      // One more fault, in the newest file: the generation before it can be read.
      Path newest = file(kind).path();
      if (Files.exists(newest)) {
        Files.write(newest, new byte[0]);
        assertThat(readBack(kind)).as(where).get().isIn(2, 3);
      }
      write(kind, 5);
      assertThat(readBack(kind)).as(where).contains(5);
      call++;
    }
    assertThat(call).as("calls of a write").isGreaterThan(12);
  }

  /// Returns whether the write reports success.
  private static boolean writeSucceeds(DurableFile file, int number) {
    return succeeds(() -> file.write(content(number)));
  }

  private interface Call {
    void run() throws IOException;
  }

  private static boolean succeeds(Call call) {
    try {
      call.run();
      return true;
    } catch (IOException | FaultyFileOperations.SimulatedDeath failed) {
      return false;
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"FAILS", "FAILS_FOR_GOOD", "IS_SHORT_AND_FAILS"})
  void failedWriteNeverReportsSuccessWhileTheOldGenerationRemains(Fault fault) throws IOException {
    for (int call = 0; call < 40; call++) {
      write(Kind.DUMP, 1);
      var calls = new FaultyFileOperations(fault, call);
      boolean done = writeSucceeds(new DurableFile(folder, Kind.DUMP, calls), 2);
      assertThat(done && !readBack(Kind.DUMP).equals(Optional.of(2))).as("call " + call).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void generationCanBeReadBeforeItIsFlushed(Kind kind) throws IOException {
    write(kind, 1);
    var file = file(kind);
    file.put(content(2));
    assertThat(readBack(kind)).contains(2);
    file.put(content(3));
    assertThat(readBack(kind)).contains(3);
    file.force();
    file.force();
    assertThat(readBack(kind)).contains(3);
    // Generations that were never flushed have not replaced older ones.
    Files.write(file.path(), new byte[0]);
    assertThat(readBack(kind)).contains(1);
  }

  @ParameterizedTest
  @EnumSource
  void powerLossRevertsToTheLastFlushedGeneration(Kind kind) throws IOException {
    write(kind, 1, 2);
    var file = file(kind);
    for (int number = 3; number < 9; number++) {
      file.put(content(number));
      byte[] whole = Files.readAllBytes(file.path());
      Files.write(file.path(), new byte[0]);
      assertThat(file(kind).peek().content().map(json -> json.getInteger("n"))).contains(2);
      Files.write(file.path(), whole);
    }
    // The next daemon does not know what the daemon before it had not flushed.
    write(kind, 9);
    assertThat(readBack(kind)).contains(9);
  }

  @ParameterizedTest
  @Representatives({1, 5, 14, 20})
  @MethodSource("faults")
  void faultWithSeveralUnflushedGenerationsLeavesOneOfThem(Kind kind, Fault fault)
      throws IOException {
    int call = 0;
    boolean reached = true;
    while (reached) {
      clear();
      write(kind, 1, 2);
      var calls = new FaultyFileOperations(fault, call);
      var file = new DurableFile(folder, kind, calls);
      boolean stands = succeeds(() -> file.put(content(3))) && succeeds(() -> file.put(content(4)));
      String where = fault + " at call " + call;
      assertThat(readBack(kind)).as(where).get().isIn(2, 3, 4);
      if (stands) {
        assertThat(readBack(kind)).as(where).contains(4);
      }
      boolean forced = succeeds(file::force);
      reached = calls.isReached();
      if (stands && forced) {
        assertThat(readBack(kind)).as(where).contains(4);
      }
      Path newest = file(kind).path();
      if (Files.exists(newest)) {
        Files.write(newest, new byte[0]);
        assertThat(readBack(kind)).as(where).isPresent();
      }
      write(kind, 5);
      assertThat(readBack(kind)).as(where).contains(5);
      call++;
    }
    assertThat(call).as("calls of two writes").isGreaterThan(16);
  }

  @Test
  void newerGenerationCanBePutDuringAFlush() throws Exception {
    write(Kind.JOURNAL, 1);
    var file = file(Kind.JOURNAL);
    var over = new AtomicBoolean();
    try (ExecutorService forcer = Executors.newSingleThreadExecutor()) {
      Future<?> forcing =
          forcer.submit(() -> {
            while (!over.get()) {
              file.force();
            }
            return null;
          });
      try {
        for (int number = 2; number < 500; number++) {
          file.put(content(number));
          assertThat(readBack(Kind.JOURNAL)).contains(number);
        }
      } finally {
        over.set(true);
      }
      forcing.get(TestDeadline.scaledSeconds(30), TimeUnit.SECONDS);
    }
    file.force();
    assertThat(readBack(Kind.JOURNAL)).contains(499);
    // Independent of how many generations the other thread flushed before they were replaced.
    file.write(content(500));
    assertThat(names()).containsExactly("state.json", "state.json.1", "state.json.2");
    assertThat(readBack(Kind.JOURNAL)).contains(500);
    Files.write(file.path(), new byte[0]);
    assertThat(readBack(Kind.JOURNAL)).isPresent();
  }

  @Test
  void generationWhoseFlushFailsIsRolledBack() throws IOException {
    boolean takenBack = false;
    for (int call = 0; call < 40; call++) {
      clear();
      write(Kind.JOURNAL, 1, 2);
      var file = new DurableFile(folder, Kind.JOURNAL, new FaultyFileOperations(Fault.FAILS, call));
      boolean stood = succeeds(() -> file.put(content(3)));
      boolean forced = succeeds(file::force);
      takenBack |= stood && !forced && readBack(Kind.JOURNAL).equals(Optional.of(2));
    }
    assertThat(takenBack).isTrue();
  }

  @ParameterizedTest
  @Representatives({1, 5, 14, 20})
  @MethodSource("faults")
  void repeatedFailuresDoNotDiscardOlderGenerations(Kind kind, Fault fault) throws IOException {
    for (int call = 0; call < 20; call++) {
      clear();
      write(kind, 1, 2);
      for (int again = 0; again < 3; again++) {
        writeSucceeds(new DurableFile(folder, kind, new FaultyFileOperations(fault, call)), 3);
      }
      if (readBack(kind).equals(Optional.of(2))) {
        Path newest = file(kind).path();
        Files.delete(newest);
        Files.deleteIfExists(newest.resolveSibling(newest.getFileName() + ".old"));
        assertThat(readBack(kind)).as(fault + " at call " + call).contains(1);
      }
    }
  }

  @Test
  void oneGenerationIsKeptPerFileName() throws IOException {
    write(Kind.JOURNAL, 1, 2, 3, 4, 5);
    assertThat(names()).containsExactly("state.json", "state.json.1", "state.json.2");
    for (int expected = 5; expected >= 3; expected--) {
      assertThat(readBack(Kind.JOURNAL)).contains(expected);
      String newest = expected == 5 ? "state.json" : "state.json." + (5 - expected);
      Files.write(folder.resolve(newest), new byte[0]);
    }
    assertThat(readBack(Kind.JOURNAL)).isEmpty();
    write(Kind.DUMP, 1, 2, 3);
    assertThat(names()).contains("dump.json", "dump.json.bak").doesNotContain("dump.json.2");
  }

  @Test
  void onlyTheOwnerCanReadTheGenerations() throws IOException {
    write(Kind.JOURNAL, 1, 2, 3);
    for (String name : names()) {
      assertThat(Files.getPosixFilePermissions(folder.resolve(name)))
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }
  }

  @Test
  void checksumCoversEveryByte() throws IOException {
    write(Kind.DUMP, 1, 2);
    Path newest = folder.resolve("dump.json");
    byte[] whole = Files.readAllBytes(newest);
    for (int i = 0; i < whole.length; i += 7) {
      byte[] changed = whole.clone();
      changed[i] ^= 1;
      Files.write(newest, changed);
      // A change within the key of the checksum disables the check; any other change is detected.
      assertThat(readBack(Kind.DUMP))
          .as("byte " + i)
          .get()
          .isIn(i < "{\"crc32c\"".length() ? 2 : 1, 1);
      Files.write(newest, Arrays.copyOf(whole, i));
      assertThat(readBack(Kind.DUMP)).as("length " + i).contains(1);
    }
  }

  @Test
  void fileIsJsonWithTheChecksumFirst() throws IOException {
    write(Kind.DUMP, 7);
    String text = Files.readString(folder.resolve("dump.json"));
    assertThat(text).startsWith("{\"crc32c\":\"");
    assertThat(new JsonObject(text).getInteger("n")).isEqualTo(7);
  }

  @Test
  void fileWithoutAChecksumIsAccepted() throws IOException {
    write(Kind.JOURNAL, 1);
    Files.writeString(folder.resolve("state.json"), "{ \"n\": 9 }");
    assertThat(readBack(Kind.JOURNAL)).contains(9);
  }

  @Test
  void reformattedFileIsReportedWithTheFix() throws IOException {
    write(Kind.JOURNAL, 1, 2);
    Path newest = folder.resolve("state.json");
    Files.writeString(newest, new JsonObject(Files.readString(newest)).encodePrettily());
    DurableFile.ReadResult<Integer> found = file(Kind.JOURNAL).read(json -> json.getInteger("n"));
    assertThat(found.content()).contains(1);
    assertThat(found.problems()).first().asString().contains("remove the key crc32c");
  }

  @Test
  void firstFourDamagedFilesAndTheNewestAreKept() throws IOException {
    write(Kind.DUMP, 1);
    for (int i = 0; i < 9; i++) {
      Files.writeString(folder.resolve("dump.json"), "damage " + i);
      assertThat(readBack(Kind.DUMP)).isEqualTo(i == 0 ? Optional.empty() : Optional.of(i));
      write(Kind.DUMP, i + 1);
      write(Kind.DUMP, i + 1);
    }
    assertThat(folder.resolve("dump.json.damaged")).hasContent("damage 0");
    for (int i = 1; i < 4; i++) {
      assertThat(folder.resolve("dump.json.damaged." + i)).hasContent("damage " + i);
    }
    assertThat(folder.resolve("dump.json.damaged.4")).hasContent("damage 8");
    assertThat(names()).hasSize(7);
  }

  @Test
  void fileOfANewerFormatIsNotReplaced() throws IOException {
    write(Kind.JOURNAL, 1);
    assertThatThrownBy(() ->
            file(Kind.JOURNAL)
                .read(_ -> {
                  throw new NewerFormat(9);
                }))
        .isInstanceOf(UnreadableFile.class)
        .hasMessageContaining("newer jpm");
    assertThat(names()).containsExactly("state.json");
  }
}

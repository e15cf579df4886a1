package io.jpm.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.god.DaemonEvent;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.god.InstanceEvent.Kind;
import io.jpm.console.Instances;
import io.jpm.model.process.Phase;
import io.jpm.wire.EventMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Tests the event ring on a real disk. A ring that is not closed simulates a daemon that was
/// killed.
@Timeout(60)
class HistoryTest {
  private static final long MAX = 64 << 10;
  private static final String BOOT = "7a1d0b9e-3c55-4a44-9f6e-0f6a1d0b9e3c";
  private static final String NEXT_BOOT = "00000000-3c55-4a44-9f6e-0f6a1d0b9e3c";
  private static final Optional<String> ALL = Optional.empty();

  @TempDir private Path dir;
  private final LogLines log = new LogLines("jpm.history");

  @AfterEach
  void close() {
    log.close();
  }

  private Path directory() {
    return dir.resolve("events");
  }

  private EventRing ring(String boot) {
    var ring = new EventRing(directory(), MAX, boot, AppenderFactory.FILES);
    ring.open();
    return ring;
  }

  private EventRing ring() {
    return ring(BOOT);
  }

  private RingReader reader() {
    return new RingReader(directory());
  }

  private List<Long> kept() throws IOException {
    return seqs(reader().latest(ALL, Integer.MAX_VALUE));
  }

  private static List<Long> seqs(List<EventMessage> events) {
    return events.stream().map(EventMessage::seq).toList();
  }

  private static List<Long> range(long first, long last) {
    return LongStream.rangeClosed(first, last).boxed().toList();
  }

  private List<Path> segments() throws IOException {
    return EventSegment.in(directory()).stream().map(EventSegment::file).toList();
  }

  private long bytes() throws IOException {
    long sum = 0;
    for (Path file : segments()) {
      sum += Files.size(file);
    }
    return sum;
  }

  @Test
  void eventsAreStoredAsTheyWerePublished() throws IOException {
    EventRing ring = ring();
    List<EventMessage> told = ring.append(GodEvents.some(3));
    told = Stream.concat(told.stream(), ring.append(GodEvents.some(2)).stream()).toList();
    assertThat(seqs(told)).isEqualTo(range(1, 5));
    assertThat(reader().latest(ALL, 100)).isEqualTo(told);
    assertThat(reader().latest(ALL, 2)).isEqualTo(told.subList(3, 5));
    assertThat(reader().after(0, ALL, 100).events()).isEqualTo(told);
    assertThat(reader().after(2, ALL, 2).events()).isEqualTo(told.subList(2, 4));
    assertThat(reader().after(5, ALL, 9))
        .isEqualTo(new RingReader.Result(List.of(), OptionalLong.empty()));
  }

  @Test
  void anAppHasItsOwnHistory() throws IOException {
    ring()
        .append(
            List.of(
                GodEvents.online("web", "a"),
                GodEvents.online("job", "b"),
                GodEvents.online("web", "c")));
    assertThat(seqs(reader().latest(Optional.of("web"), 10))).containsExactly(1L, 3L);
    assertThat(seqs(reader().latest(Optional.of("web"), 1))).containsExactly(3L);
    RingReader.Result after = reader().after(1, Optional.of("web"), 10);
    assertThat(seqs(after.events())).containsExactly(3L);
    assertThat(after.first()).hasValue(2);
    assertThat(reader().latest(Optional.of("we"), 10)).isEmpty();
  }

  @Test
  void exitEventContainsThePidOfItsProcess() {
    EventRing ring = ring();
    List<EventMessage> told =
        ring.append(
            List.of(
                GodEvents.of(Kind.START, "web", 3, Phase.LAUNCHING, ""),
                GodEvents.of(Kind.EXIT, "web", 3, Phase.WAITING_RESTART, "SIGKILL"),
                GodEvents.of(Kind.EXIT, "web", 3, Phase.WAITING_RESTART, "unseen"),
                GodEvents.of(Kind.START, "web", 3, Phase.LAUNCHING, ""),
                GodEvents.of(Kind.STOP, "web", 3, Phase.STOPPED, "")));
    assertThat(told).extracting(EventMessage::pid).containsExactly(4103, 4103, 0, 4103, 0);
    assertThat(told.get(1).exitSignal()).hasValue("SIGKILL");
    assertThat(told.get(4).exitSignal()).isEmpty();
  }

  @Test
  void eventsOfTheDaemonAreStoredAndBelongToNoApp() throws IOException {
    EventRing ring = ring();
    List<EventMessage> told =
        ring.append(
            List.of(
                GodEvents.of(Kind.START, "web", 0, Phase.LAUNCHING, ""),
                new DaemonEvent(DaemonEvent.Kind.STALL, "held for 2 s", 400, Instances.NOW),
                GodEvents.of(Kind.EXIT, "web", 0, Phase.WAITING_RESTART, "SIGKILL")));
    assertThat(told).extracting(EventMessage::pid).containsExactly(4100, 400, 4100);
    assertThat(reader().latest(ALL, 10)).isEqualTo(told);
    assertThat(seqs(reader().latest(Optional.of("web"), 10))).containsExactly(1L, 3L);
    assertThat(reader().latest(Optional.of(""), 10))
        .containsExactly(
            EventMessage.ofDaemon(2, "stall", 400, "held for 2 s", Instances.NOW.toEpochMilli()));
  }

  @Test
  void filesArePrivateToTheOwner() throws IOException {
    ring().append(GodEvents.some(1));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory())))
        .isEqualTo("rwx------");
    try (Stream<Path> files = Files.list(directory())) {
      assertThat(files)
          .hasSize(2)
          .allSatisfy(file ->
              assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                  .isEqualTo("rw-------"));
    }
  }

  @Test
  void sequenceNumbersContinueAfterAnOrderlyShutdown() throws IOException {
    EventRing ring = ring();
    ring.append(GodEvents.some(3));
    ring.close();
    assertThat(seqs(ring().append(GodEvents.some(2)))).containsExactly(4L, 5L);
    assertThat(kept()).isEqualTo(range(1, 5));
  }

  @Test
  void sequenceNumbersContinueAfterAnOrderlyShutdownAndAReboot() {
    EventRing ring = ring();
    ring.append(GodEvents.some(3));
    ring.close();
    assertThat(seqs(ring(NEXT_BOOT).append(GodEvents.some(1)))).containsExactly(4L);
  }

  @Test
  void killedDaemonLosesNoEventAndRepeatsNoSequenceNumber() throws IOException {
    for (int life = 0; life < 20; life++) {
      assertThat(seqs(ring().append(GodEvents.some(3))))
          .isEqualTo(range(life * 3L + 1, life * 3L + 3));
    }
    assertThat(kept()).isEqualTo(range(1, 60));
    assertThat(log.all()).isEmpty();
  }

  @Test
  void machineCrashRepeatsNoSequenceNumber() throws IOException {
    ring().append(GodEvents.some(5));
    // Removes what had not reached the disk.
    Path file = segments().getFirst();
    Files.writeString(file, Files.readAllLines(file).getFirst() + "\n");
    long first = ring(NEXT_BOOT).append(GodEvents.some(1)).getFirst().seq();
    assertThat(first).isGreaterThan(5).isEqualTo(1 + SequenceFile.LEAP + 1);
    assertThat(seqs(ring(NEXT_BOOT).append(GodEvents.some(1)))).containsExactly(first + 1);
  }

  @Test
  void sequenceNumbersContinueAfterSegmentsWereDeleted() throws IOException {
    ring().append(GodEvents.some(500));
    for (Path segment : segments()) {
      Files.delete(segment);
    }
    assertThat(ring().append(GodEvents.some(1)).getFirst().seq()).isGreaterThan(300);
  }

  @Test
  void lostNumberFileMakesSequenceNumbersLeap() throws IOException {
    ring().append(GodEvents.some(2));
    Files.delete(directory().resolve("numbers"));
    assertThat(seqs(ring().append(GodEvents.some(1)))).containsExactly(3 + SequenceFile.LEAP);
  }

  @Test
  void incompleteLastLineIsRemoved() throws IOException {
    List<EventMessage> told = ring().append(GodEvents.some(3));
    Path file = segments().getFirst();
    String whole = Files.readString(file);
    for (int length : new int[] {1, 20, 90}) {
      Files.writeString(file, whole.substring(0, length), StandardOpenOption.APPEND);
      assertThat(reader().latest(ALL, 10)).isEqualTo(told);
      ring().open();
      assertThat(file).hasContent(whole);
    }
    Files.writeString(file, whole.substring(0, 50), StandardOpenOption.APPEND);
    assertThat(seqs(ring().append(GodEvents.some(1)))).containsExactly(4L);
    assertThat(kept()).isEqualTo(range(1, 4));
    assertThat(Files.readString(file)).startsWith(whole);
    assertThat(log.all()).isEmpty();
  }

  @Test
  void segmentWithAnIncompleteFirstLineIsReused() throws IOException {
    ring().append(GodEvents.some(3));
    Files.writeString(EventSegment.of(directory(), 4).file(), "{\"v\":1,\"se");
    assertThat(seqs(ring().append(GodEvents.some(1)))).containsExactly(4L);
    assertThat(kept()).isEqualTo(range(1, 4));
    assertThat(log.all()).isEmpty();
  }

  @Test
  void damagedLinesAreSkipped() throws IOException {
    ring().append(GodEvents.some(2));
    Path file = segments().getFirst();
    Files.writeString(
        file,
        """
        {"v":1,"seq":2,

        {"seq":3}
        [1]
        {"v":1,"seq":"x","event":"exit","app":"web"}
        {"v":1,"seq":99999999999999999999,"event":"exit","app":"web"}
        {"v":1,"seq":9007199254740993,"event":"exit","app":"web"}
        \0\0\0
        {"seq":3,"event":"exit","app":"web","new_key":{"a":[1]}}
        """,
        StandardOpenOption.APPEND);
    assertThat(kept()).isEqualTo(range(1, 3));
    assertThat(seqs(reader().after(2, ALL, 10).events())).containsExactly(3L);
    assertThat(seqs(ring().append(GodEvents.some(1)))).containsExactly(4L);
  }

  @Test
  void damagedFilesAreSetAsideAndLoggedOnce() throws IOException {
    ring().append(GodEvents.some(3));
    Path garbage = EventSegment.of(directory(), 4000).file();
    Files.write(garbage, new byte[100_000]);
    Files.writeString(garbage, "\n", StandardOpenOption.APPEND);
    Path folderInPlace = Files.createDirectory(EventSegment.of(directory(), 5000).file());
    Files.writeString(directory().resolve("notes.txt"), "mine");
    assertThat(seqs(ring().append(GodEvents.some(1)))).containsExactly(4L);
    assertThat(kept()).isEqualTo(range(1, 4));
    assertThat(garbage).doesNotExist();
    assertThat(folderInPlace).doesNotExist();
    assertThat(directory().resolve("0000000000004000.jsonl.damaged")).hasSize(100_001);
    assertThat(directory().resolve("notes.txt")).hasContent("mine");
    assertThat(log.all()).hasSize(2).allMatch(line -> line.contains("was renamed to"));
  }

  @Test
  void fileInPlaceOfTheDirectoryIsSetAside() throws IOException {
    Files.writeString(directory(), "?");
    assertThat(seqs(ring().append(GodEvents.some(2)))).containsExactly(1L, 2L);
    assertThat(kept()).isEqualTo(range(1, 2));
    assertThat(dir.resolve("events.damaged")).hasContent("?");
    assertThat(log.all()).hasSize(1);
  }

  @Test
  void damagedNumberFileIsReplaced() throws IOException {
    ring().append(GodEvents.some(2));
    Files.write(directory().resolve("numbers"), new byte[4096]);
    long next = ring().append(GodEvents.some(1)).getFirst().seq();
    assertThat(next).isGreaterThan(2);
    assertThat(seqs(ring().append(GodEvents.some(1)))).containsExactly(next + 1);
  }

  @Test
  void oldestEventsAreDeletedAtTheSizeLimit() throws IOException {
    EventRing ring = ring();
    long total = 0;
    for (int i = 0; i < 300; i++) {
      total += ring.append(GodEvents.some(7)).size();
      assertThat(bytes()).isLessThanOrEqualTo(MAX);
    }
    List<Long> kept = kept();
    assertThat(kept).isEqualTo(range(kept.getFirst(), total));
    assertThat(kept.getFirst()).isGreaterThan(1);
    assertThat(bytes()).isGreaterThan(MAX / 2);
    assertThat(segments()).hasSizeBetween(3, 4);
    RingReader.Result after = reader().after(0, ALL, 1);
    assertThat(after.first()).hasValue(kept.getFirst());
    assertThat(seqs(reader().after(total - 1, ALL, 9).events())).containsExactly(total);
    // Also after a kill at this point.
    assertThat(seqs(ring().append(GodEvents.some(1)))).containsExactly(total + 1);
  }

  @Test
  void batchLargerThanTheRingKeepsItsLastEvents() throws IOException {
    assertThat(ring().append(GodEvents.some(2000))).hasSize(2000);
    List<Long> kept = kept();
    assertThat(kept).isEqualTo(range(kept.getFirst(), 2000));
    assertThat(bytes()).isLessThanOrEqualTo(MAX);
  }

  @Test
  void smallerSizeLimitAppliesFromTheStart() throws IOException {
    var large = new EventRing(directory(), 16 * MAX, BOOT, AppenderFactory.FILES);
    large.open();
    for (int i = 0; i < 40; i++) {
      large.append(GodEvents.some(100));
    }
    assertThat(bytes()).isGreaterThan(4 * MAX);
    ring();
    assertThat(bytes()).isLessThanOrEqualTo(MAX);
  }

  @Test
  void fullDiskKeepsOnlyTheSequenceNumbers() throws IOException {
    var disk = new FullDisk();
    var ring = new EventRing(directory(), MAX, BOOT, disk);
    ring.open();
    ring.append(GodEvents.some(3));
    disk.full = true;
    assertThat(seqs(ring.append(GodEvents.some(2)))).containsExactly(4L, 5L);
    assertThat(seqs(ring.append(GodEvents.some(2)))).containsExactly(6L, 7L);
    assertThat(log.all()).hasSize(1).first().asString().contains("No space left on device");
    disk.full = false;
    assertThat(seqs(ring.append(GodEvents.some(2)))).containsExactly(8L, 9L);
    assertThat(log.all()).hasSize(2).last().asString().contains("is writable again");
    assertThat(kept()).startsWith(1L, 2L, 3L).endsWith(8L, 9L).doesNotHaveDuplicates();
    Path file = segments().getFirst();
    assertThat(Files.readAllLines(file)).allMatch(line -> EventLineCodec.decode(line).isPresent());
    disk.full = true;
    ring.append(GodEvents.some(4));
    // Killed while the disk is full: events 10 to 13 were published, but only the number file knows
    // of them.
    assertThat(seqs(ring().append(GodEvents.some(1)))).containsExactly(14L);
  }

  @Test
  void readersSeeCompleteEventsInOrderWhileTheRingRotates() {
    EventRing ring = ring();
    List<CompletableFuture<Long>> readers =
        Stream.of(1, 2).map(_ -> CompletableFuture.supplyAsync(this::followUntilTheEnd)).toList();
    for (int i = 0; i < 400; i++) {
      ring.append(GodEvents.some(5));
    }
    List<InstanceEvent> end = List.of(GodEvents.of(Kind.STOP, "web", 0, Phase.STOPPED, "end"));
    long last = ring.append(end).getFirst().seq();
    assertThat(readers.stream().map(CompletableFuture::join)).containsExactly(last, last);
  }

  private long followUntilTheEnd() {
    long at = 0;
    try {
      while (true) {
        for (EventMessage event : reader().after(at, ALL, 50).events()) {
          assertThat(event.seq()).isGreaterThan(at);
          at = event.seq();
          if (event.event().equals("stop")) {
            return at;
          }
        }
      }
    } catch (IOException error) {
      throw new AssertionError(error);
    }
  }
}

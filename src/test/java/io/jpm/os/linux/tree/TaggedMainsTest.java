package io.jpm.os.linux.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.os.linux.proc.ProcStat;
import io.jpm.os.linux.proc.ProcessSnapshot;
import io.jpm.os.linux.proc.ProcessSnapshot.Environment;
import io.jpm.os.linux.proc.ProcessSnapshot.Kind;
import io.jpm.os.linux.proc.UnrelatedPidCache;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Recognizes the main processes that the daemon started, in constructed process tables.
class TaggedMainsTest {
  private static final int SELF = 50;

  private final List<ProcStat> table = new ArrayList<>();
  private final Map<Integer, String> tags = new HashMap<>();

  private void process(int pid, int parent, int session, long start, String tag) {
    table.add(new ProcStat(pid, 'S', parent, session, session, 0, 0, 1, start, 0, 0));
    tags.put(pid, tag);
  }

  private Environment environment(int pid) {
    Optional<String> tag = Optional.ofNullable(tags.get(pid));
    return new Environment(tag, tag.isPresent() ? Kind.TAGGED : Kind.UNTAGGED);
  }

  private Map<String, Integer> mains() {
    ProcessSnapshot snapshot =
        new ProcessSnapshot(2000, table, this::environment, new UnrelatedPidCache(2));
    Map<String, Integer> pids = new HashMap<>();
    TaggedMains.find(snapshot, SELF, "h:").forEach((tag, main) -> pids.put(tag, main.pid()));
    return pids;
  }

  @Test
  void descendantThatLeadsASessionIsNotAMainProcess() {
    process(103, 102, 103, 1003, "h:1:5");
    process(102, 100, 100, 1002, "h:1:5");
    process(100, 1, 100, 1000, "h:1:5");

    assertThat(mains()).containsOnly(Map.entry("h:1:5", 100));
  }

  @Test
  void olderProcessIsTheMainProcess() {
    process(90, 1, 90, 1003, "h:1:5"); // pids have wrapped around
    process(100, 1, 100, 1000, "h:1:5");

    assertThat(mains()).containsOnly(Map.entry("h:1:5", 100));
  }

  @Test
  void lowestPidIsTheMainProcessWithinATick() {
    process(102, 1, 102, 1000, "h:1:5");
    process(99, 1, 98, 1000, "h:1:5");
    process(100, 1, 100, 1000, "h:1:5");

    assertThat(mains()).containsOnly(Map.entry("h:1:5", 100));
  }

  @Test
  void orphanIsNotReportedWhileAnOlderProcessOfItsTreeRuns() {
    process(101, 1, 100, 1001, "h:1:5");
    process(102, 1, 102, 1002, "h:1:5");

    assertThat(mains()).isEmpty();
  }

  @Test
  void appStartedByAnotherAppIsAMainProcess() {
    process(100, 1, 100, 1000, "h:1:5");
    process(101, 100, 101, 1001, "h:2:1");
    process(102, 1, 102, 1002, "other:2:1");

    assertThat(mains()).containsOnly(Map.entry("h:1:5", 100), Map.entry("h:2:1", 101));
  }

  @Test
  void daemonAndItsUnexecutedChildAreNotMainProcesses() {
    process(SELF, 1, SELF, 10, "h:1:5");
    process(60, SELF, 60, 20, "h:1:5");

    assertThat(mains()).isEmpty();
  }
}

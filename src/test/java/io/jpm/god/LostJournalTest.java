package io.jpm.god;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.model.AppSpec;
import io.jpm.model.EnvironmentVariables;
import io.jpm.model.RestartPolicy;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.Phase;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// No generation of the journal can be read while the processes keep running.
class LostJournalTest extends GodHarness {
  private void damageTheJournal() throws IOException {
    stopDaemon();
    for (String name : List.of("state.json", "state.json.1", "state.json.2", "state.json.old")) {
      Path file = home.resolve(name);
      if (Files.exists(file)) {
        Files.writeString(file, "{\"v\":2,");
      }
    }
    startDaemon();
  }

  private List<String> notes() {
    return ask(new GodCommand.Show(List.of())).notes();
  }

  private GodReply resurrect() {
    return ask(new GodCommand.Resurrect());
  }

  private List<ProcessIdentity> runningProcesses() {
    return host.running().stream().map(process -> process.identity).toList();
  }

  @Test
  void damageIsReportedUntilEveryProcessIsReclaimed() throws IOException {
    start(spec("web", 2, RestartPolicy.DEFAULT), spec("job"));
    ask(new GodCommand.Save(false));
    List<ProcessIdentity> before = runningProcesses();
    damageTheJournal();
    assertThat(notes())
        .hasSize(1)
        .first()
        .asString()
        .contains("state.json is damaged", "3 running");
    restartDaemon();
    assertThat(notes()).as("notes of the next daemon").hasSize(1);
    GodReply reply = resurrect();
    assertThat(reply.problems()).isEmpty();
    assertThat(reply.notes()).hasSize(1).first().asString().contains("adopted");
    assertThat(notes()).isEmpty();
    assertThat(runningProcesses()).containsExactlyInAnyOrderElementsOf(before);
    assertThat(host.spawns).hasSize(3);
    assertThat(list())
        .allMatch(view -> view.phase() == Phase.ONLINE)
        .extracting(InstanceView::process)
        .allMatch(process -> before.contains(process.orElseThrow()));
    restartDaemon();
    assertThat(host.spawns).hasSize(3);
  }

  @Test
  void startReclaimsRunningInstancesAndStartsTheMissingOnes() throws IOException {
    start(spec("web", 2, RestartPolicy.DEFAULT));
    damageTheJournal();
    GodReply reply = start(spec("web", 3, RestartPolicy.DEFAULT));
    assertThat(reply.problems()).isEmpty();
    assertThat(reply.instances()).hasSize(3);
    assertThat(host.spawns).hasSize(3);
    assertThat(list().stream().map(InstanceView::number)).containsExactly(0, 1, 2);
    assertThat(notes()).isEmpty();
  }

  @Test
  void newAppDoesNotReceiveTheIdOfAnUnlistedProcess() throws IOException {
    start(spec("web"));
    ask(new GodCommand.Save(false));
    damageTheJournal();
    assertThat(start(spec("other")).problems()).isEmpty();
    assertThat(list().getFirst().id()).isEqualTo(new InstanceId(1));
    assertThat(resurrect().problems()).isEmpty();
    assertThat(host.running()).hasSize(2);
  }

  @Test
  void unidentifiableProcessIsNeitherReclaimedNorDuplicated() throws IOException {
    start(spec("web"));
    ask(new GodCommand.Save(false));
    host.environments.clear();
    damageTheJournal();
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.filter(it -> it.toString().endsWith(".pid")).toList()) {
        Files.delete(file); // the pid file would identify the process as well
      }
    }
    GodReply reply = resurrect();
    assertThat(reply.problems())
        .hasSize(1)
        .first()
        .asString()
        .contains("may be a process of web", "jpm kill");
    assertThat(start(spec("web")).problems()).isNotEmpty();
    assertThat(list()).isEmpty();
    assertThat(host.running()).hasSize(1);
    host.alive.clear();
    assertThat(notes()).as("notes after the process has ended").isEmpty();
    assertThat(start(spec("web")).problems()).isEmpty();
  }

  @Test
  void processThatOverridesTheNameVariableIsNotReclaimed() throws IOException {
    AppSpec own =
        spec("web").toBuilder()
            .variables(EnvironmentVariables.declared(Map.of("name", "shop")))
            .build();
    start(own);
    damageTheJournal();
    assertThat(start(own).problems()).hasSize(1);
    assertThat(host.running()).hasSize(1);
  }

  @Test
  void unlistedProcessOfAnotherAppIsLeftRunningAndReported() throws IOException {
    start(spec("web"));
    damageTheJournal();
    assertThat(start(spec("job")).problems()).isEmpty();
    assertThat(host.running()).hasSize(2);
    assertThat(notes()).hasSize(1).first().asString().contains("1 running process");
  }

  @Test
  void deletingEverythingEndsUnlistedProcesses() throws IOException {
    start(spec("web", 2, RestartPolicy.DEFAULT));
    host.obeysSignals = false;
    var lost = host.running();
    damageTheJournal();
    GodReply reply = ask(new GodCommand.DeleteAll());
    assertThat(reply.notes()).hasSize(1).first().asString().contains("terminated 2 processes");
    assertThat(host.running()).isEmpty();
    assertThat(lost)
        .allSatisfy(it -> assertThat(it.signals).containsExactly(Signal.SIGTERM, Signal.SIGKILL));
    assertThat(notes()).isEmpty();
  }
}

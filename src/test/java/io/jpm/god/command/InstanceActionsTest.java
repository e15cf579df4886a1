package io.jpm.god.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodCommand.Action;
import io.jpm.bus.god.GodReply;
import io.jpm.god.GodHarness;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.RestartPolicy;
import io.jpm.model.StopPolicy;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Phase;
import io.jpm.model.process.Signal;
import io.jpm.spec.SpecField;
import io.jpm.spec.SpecParts;
import io.jpm.testing.Eventually;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Commands that act on running instances without starting or stopping them.
class InstanceActionsTest extends GodHarness {
  private GodReply writeInput(String target, String text) {
    return ask(new GodCommand.WriteInput(target, text));
  }

  @Test
  void inputIsWrittenToThePipeOfTheSelectedInstance() {
    start(spec("web", 2, RestartPolicy.DEFAULT), spec("job"));
    assertThat(writeInput("1", "hello\n").problems()).isEmpty();
    assertThat(writeInput("job", "there\n").problems()).isEmpty();

    String second = host.spawns.get(1).input().orElseThrow().getFileName().toString();
    assertThat(host.inputs.getFirst()).endsWith("hello\n").matches("1-[0-9]+\\.in hello\n");
    assertThat(host.inputs.get(1)).matches("2-[0-9]+\\.in there\n");
    assertThat(second).endsWith(".in");
  }

  @Test
  void idAfterANumberSignIsNeverReadAsAName() {
    start(spec("web", 2, RestartPolicy.DEFAULT), spec("1"));
    assertThat(writeInput("1", "name\n").problems()).isEmpty();
    assertThat(writeInput("#1", "id\n").problems()).isEmpty();
    assertThat(host.inputs.getFirst()).startsWith("2-");
    assertThat(host.inputs.get(1)).startsWith("1-");
    assertThat(writeInput("#9", "x\n").problems()).singleElement().asString().contains("#9");
  }

  @Test
  void inputToANameWithSeveralInstancesIsRefused() {
    start(spec("web", 2, RestartPolicy.DEFAULT));
    assertThat(writeInput("web", "x\n").problems())
        .containsExactly("web selects 2 instances: specify one by its id (0, 1)");
    assertThat(writeInput("nobody", "x\n").problems())
        .singleElement()
        .asString()
        .contains("nobody");
    assertThat(host.inputs).isEmpty();
  }

  @Test
  void inputToAStoppedOrRefusingProcessIsAProblem() {
    start(spec("web"));
    host.inputProblem = Optional.of("it has closed its standard input");
    assertThat(writeInput("web", "x\n").problems())
        .containsExactly("web (id 0): it has closed its standard input");
    act(Action.STOP, "web");
    assertThat(writeInput("web", "x\n").problems())
        .containsExactly("web (id 0) is stopped and has no process: start it first");
  }

  @Test
  void nextDaemonWritesToTheSameInputPipe() {
    start(spec("web"));
    assertThat(writeInput("web", "x\n").problems()).isEmpty();
    restartDaemon();
    Eventually.await("the process is adopted", LONG, () -> only().phase() == Phase.ONLINE);
    assertThat(writeInput("web", "x\n").problems()).isEmpty();
    assertThat(host.inputs.get(1)).isEqualTo(host.inputs.getFirst());
    assertThat(host.spawns).hasSize(1);
  }

  @Test
  void signalIsSentToTheMainProcessesOfRunningInstances() {
    host.obeysSignals = false;
    start(spec("web"), spec("off"));
    host.obeysSignals = true;
    act(Action.STOP, "off");
    host.obeysSignals = false;
    GodReply reply = ask(new GodCommand.SendSignal(List.of("all"), Signal.SIGUSR2));
    assertThat(reply.problems())
        .containsExactly("off (id 1) is stopped and has no process: start it first");
    assertThat(reply.instances())
        .singleElement()
        .satisfies(it -> assertThat(it.id().value()).isZero());
    assertThat(host.running()).hasSize(1);
    assertThat(host.running().getFirst().signals).containsExactly(Signal.SIGUSR2);
    host.obeysSignals = true;
  }

  @Test
  void resetSetsTheRestartCountersToZero() {
    start(spec("web"));
    Instant created = only().createdAt();
    host.running().getFirst().exit(new Exit.Code(1));
    awaitOnline(1);
    assertThat(only().unstableRestarts()).isPositive();

    assertThat(ask(new GodCommand.Reset(List.of("web"))).problems()).isEmpty();
    assertThat(only().restarts()).isZero();
    assertThat(only().unstableRestarts()).isZero();
    assertThat(only().phase()).isEqualTo(Phase.ONLINE);
    assertThat(only().createdAt()).isAfterOrEqualTo(created);
    assertThat(ask(new GodCommand.Reset(List.of("7"))).problems()).hasSize(1);

    Instant reset = only().createdAt();
    restartDaemon();
    Eventually.await("the process is adopted", LONG, () -> only().phase() == Phase.ONLINE);
    assertThat(only().restarts()).isZero();
    assertThat(only().createdAt().toEpochMilli()).isEqualTo(reset.toEpochMilli());
  }

  @Test
  void onlyTheNamedFieldsOfTheSpecChange() {
    AppSpec web =
        spec(
            "web",
            2,
            new RestartPolicy(RestartPolicy.When.ALWAYS, 7, Duration.ofSeconds(3), Duration.ZERO));
    start(web);
    AppSpec wanted =
        spec("other").toBuilder()
            .stop(new StopPolicy(Signal.SIGTERM, Duration.ofSeconds(9), false))
            .restart(RestartPolicy.DEFAULT)
            .build();
    GodReply reply =
        ask(
            new GodCommand.UpdateSpec(
                new AppName("web"), wanted, Set.of("kill_timeout", "max_restarts")));
    assertThat(reply.problems()).isEmpty();
    assertThat(list())
        .hasSize(2)
        .allSatisfy(it -> {
          assertThat(it.spec().name()).isEqualTo(web.name());
          assertThat(it.spec().stop())
              .isEqualTo(new StopPolicy(Signal.SIGINT, Duration.ofSeconds(9), true));
          assertThat(it.spec().restart().maxRestarts()).isEqualTo(16);
          assertThat(it.spec().restart().minUptime()).isEqualTo(Duration.ofSeconds(3));
        });
    assertThat(host.spawns).hasSize(2);
    assertThat(ask(new GodCommand.UpdateSpec(new AppName("gone"), wanted, Set.of())).problems())
        .hasSize(1);
  }

  /// Each field with a key can be taken alone, and no other field changes with it.
  @Test
  void eachFieldOfASpecCanBeTakenAlone() {
    AppSpec from = cluster("other", 3);
    AppSpec into = spec("web", 2, RestartPolicy.DEFAULT);
    for (SpecField field : SpecField.ALL) {
      AppSpec taken = SpecParts.merge(Set.of(field.key()), from, into);
      for (SpecField other : SpecField.ALL) {
        AppSpec source = other.key().equals(field.key()) ? from : into;
        assertThat(other.value().apply(taken))
            .as("%s after taking %s", other.component(), field.key())
            .isEqualTo(other.value().apply(source));
      }
    }
  }
}

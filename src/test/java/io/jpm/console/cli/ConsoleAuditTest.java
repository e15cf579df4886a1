package io.jpm.console.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.bus.access.AuditRecord;
import io.jpm.config.deploy.ScriptEvaluator;
import io.jpm.console.ConsoleClient;
import io.jpm.console.ConsoleVerticle;
import io.jpm.console.FakePrograms;
import io.jpm.console.FakeServices;
import io.jpm.console.Instances;
import io.jpm.console.session.ConsoleTiming;
import io.jpm.model.access.Principal;
import io.jpm.model.access.Role;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import io.jpm.wire.ConsoleRequest;
import io.jpm.wire.ConsoleRequest.Tty;
import io.jpm.wire.RequestCaller;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Tests which parts of command lines are audited.
class ConsoleAuditTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final RequestCaller CI =
      new RequestCaller(new Principal("ci", Role.ADMIN, Set.of()), "10.0.0.7:4711");

  private final Vertx vertx = Vertx.vertx();
  private final List<AuditRecord> audited = new CopyOnWriteArrayList<>();
  private FakeServices services;

  @BeforeEach
  void deploy() throws Exception {
    BusCodec.install(vertx);
    services = new FakeServices(vertx);
    vertx.eventBus().<AuditRecord>consumer(Addresses.AUDIT, message -> audited.add(message.body()));
    var context = Instances.console(ConsoleTiming.DEFAULT);
    vertx
        .deployVerticle(new ConsoleVerticle(context, ScriptEvaluator.NONE, FakePrograms.NONE))
        .await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
  }

  private AuditRecord awaitRecord() {
    Eventually.await("the audit record", LIMIT, () -> !audited.isEmpty());
    assertThat(audited).hasSize(1);
    return audited.getFirst();
  }

  @Test
  void changeIsAuditedWithItsPrincipal() {
    var request = new ConsoleRequest(List.of("save", "--force"), "/", Map.of(), Tty.NONE);
    vertx
        .eventBus()
        .send(
            Addresses.CONSOLE,
            request.toJson(),
            new DeliveryOptions().addHeader(RequestCaller.HEADER, CI.toHeader()));
    vertx
        .eventBus()
        .request(
            Addresses.CONSOLE,
            request.toJson(),
            new DeliveryOptions().addHeader(RequestCaller.HEADER, CI.toHeader()));
    assertThat(awaitRecord())
        .isEqualTo(new AuditRecord(CI.who(), "10.0.0.7:4711", "save", List.of(), "done"));
    // The first request has no reply address, so it is ignored. Otherwise its record would be in
    // front of the last one.
    ConsoleClient.run(vertx, "reset", "all").code();
    Eventually.await(
        "the last record", LIMIT, () -> audited.getLast().verb().equals("reset"), () -> audited);
    assertThat(audited).extracting(AuditRecord::verb).containsExactly("save", "reset");
  }

  @Test
  void failedChangeIsAudited() {
    services.problems = _ -> List.of("no app matches \"web\"");
    assertThat(ConsoleClient.run(vertx, "stop", "web", "api").code()).isEqualTo(1);
    assertThat(awaitRecord())
        .isEqualTo(
            new AuditRecord(Principal.OWNER, "jpm", "stop", List.of("web", "api"), "failed"));
  }

  @Test
  void readOnlyCommandsAreNotAudited() {
    for (String look : List.of("ls", "ping", "jlist", "--version", "help", "nonsense")) {
      ConsoleClient.run(vertx, look).code();
    }
    ConsoleClient.run(vertx, "reset", "all").code();
    assertThat(awaitRecord().verb()).isEqualTo("reset");
  }

  @Test
  void valuesAndLinesAreNotAudited() {
    for (String[] line :
        new String[][] {
          {"set", "web:PASSWORD", "hidden"},
          {"multiset", "web:PASSWORD hidden"},
          {"conf", "web:PASSWORD", "hidden"},
          {"send", "0", "hidden"},
          {"message", "web", "hidden"},
          {"trigger", "web", "login", "hidden"},
          {"start", "app.js", "--name", "web", "--", "hidden"},
          {"serve", ".", "--basic-auth-password", "hidden"},
          {"deploy", "production", "exec", "hidden"}
        }) {
      assertThat(ArgumentReader.parse(List.of(line)))
          .isInstanceOfSatisfying(
              ParsedCommand.Run.class,
              run ->
                  assertThat(ConsoleAudit.of(run.verb(), run.arguments()))
                      .get()
                      .asString()
                      .doesNotContain("hidden"));
    }
  }
}

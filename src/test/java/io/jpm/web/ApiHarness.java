package io.jpm.web;

import io.jpm.bus.Addresses;
import io.jpm.bus.access.AuditRecord;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.HistoryCommand;
import io.jpm.bus.god.HistoryReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.logs.LogPosition;
import io.jpm.bus.logs.LogSearch.Span;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.bus.logs.LogsReply;
import io.jpm.command.CommandContext;
import io.jpm.command.CommandVerticle;
import io.jpm.config.settings.AppDefaults;
import io.jpm.console.Instances;
import io.jpm.model.access.Principal;
import io.jpm.model.access.Role;
import io.jpm.testing.TestDeadline;
import io.jpm.web.Http.Reply;
import io.vertx.core.eventbus.Message;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// The API with the real command verticle behind it, and fakes of the verticles behind that.
abstract class ApiHarness {
  static final String JSON = "Content-Type: application/json";
  static final String DESCRIBED =
      "{\"apps\":[{\"name\":\"new\",\"script\":\"sleep 10\"}],\"cwd\":\"/\"}";

  /// A valid request body for each route that needs one; the path then names `web`.
  static final Map<ApiRoute, String> BODIES =
      Map.of(
          ApiRoute.SIGNAL, "{\"signal\":\"SIGHUP\"}",
          ApiRoute.MESSAGE, "{\"message\":{\"do\":\"this\"}}",
          ApiRoute.TYPE, "{\"line\":\"status\"}",
          ApiRoute.TRIGGER, "{\"action\":\"gc\"}",
          ApiRoute.RELOAD, "{\"parallel\":2}",
          ApiRoute.SCALE, "{\"target\":\"web\",\"to\":3}",
          ApiRoute.START_APPS, DESCRIBED,
          ApiRoute.PLAN, DESCRIBED,
          ApiRoute.APPLY, DESCRIBED);

  @TempDir Path home;
  final List<GodCommand> commands = new CopyOnWriteArrayList<>();
  final List<AuditRecord> audited = new CopyOnWriteArrayList<>();
  final AtomicInteger queries = new AtomicInteger();
  private volatile List<InstanceView> all = List.of();
  volatile List<String> problems = List.of();
  WebDaemon daemon;
  int port;

  @BeforeEach
  void begin() throws Exception {
    daemon = new WebDaemon(home);
    all =
        List.of(
            Instances.withOutFile(
                Instances.online(0, "web"), Files.writeString(home.resolve("0.log"), "a")),
            Instances.withOutFile(
                Instances.online(1, "api"), Files.writeString(home.resolve("1.log"), "b")));
    token("operator", Role.OPERATE);
    token("admin", Role.ADMIN);
    token("admin-of-web", Role.ADMIN, "web");
    daemon.vertx.eventBus().<GodCommand>consumer(Addresses.GOD_COMMAND, this::god);
    daemon
        .vertx
        .eventBus()
        .<HistoryCommand>consumer(
            Addresses.HISTORY_COMMAND, asked -> asked.reply(new HistoryReply(List.of(), 0, 0)));
    daemon.vertx.eventBus().<LogsCommand>consumer(Addresses.LOGS_COMMAND, ApiHarness::logs);
    daemon
        .vertx
        .eventBus()
        .<AuditRecord>consumer(Addresses.AUDIT, told -> audited.add(told.body()));
    daemon
        .vertx
        .deployVerticle(
            new CommandVerticle(
                new CommandContext(
                    "1.2.3",
                    4711,
                    home,
                    Instances.NOW,
                    InstantSource.fixed(Instances.NOW),
                    () -> AppDefaults.PM2,
                    Map.of("PATH", "/usr/bin:/bin"),
                    Duration.ofSeconds(2))))
        .await(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS);
    port = daemon.port();
  }

  @AfterEach
  void end() throws Exception {
    daemon.close();
  }

  private void token(String name, Role role, String... apps) {
    daemon.tokens.put(name + "-secret", new Principal(name, role, Set.of(apps)));
  }

  private void god(Message<GodCommand> asked) {
    if (asked.body() instanceof GodCommand.Show) {
      queries.incrementAndGet();
      asked.reply(new GodReply(all, List.of()));
    } else {
      commands.add(asked.body());
      if (!problems.contains("mute")) {
        asked.reply(new GodReply(all.subList(0, 1), problems));
      }
    }
  }

  private static void logs(Message<LogsCommand> asked) {
    asked.reply(
        switch (asked.body()) {
          case LogsCommand.Seek seek ->
              new LogsReply.Lines(
                  List.of(),
                  new LogsReply.Searches(
                      seek.searches().stream()
                          .map(search -> {
                            var from = LogPosition.startOf(search.log());
                            var to = new LogPosition(search.log(), from.part(), 9);
                            return search.finished(new Span(from, to));
                          })
                          .toList()));
          case LogsCommand.Read read ->
              new LogsReply.Lines(
                  read.spans().stream()
                      .filter(span -> !span.from().equals(span.to()))
                      .map(span ->
                          new LogsReply.Line(span.from().log(), Instances.NOW, "a line", span.to()))
                      .toList(),
                  new LogsReply.Positions(read.spans().stream().map(Span::to).toList(), false));
          default -> throw new AssertionError(asked.body());
        });
  }

  /// Returns the answer, of a stream only its head; the path names `web`.
  Reply ask(ApiRoute route, String... headers) throws Exception {
    return askAbout("web", route, headers);
  }

  Reply askAbout(String app, ApiRoute route, String... headers) throws Exception {
    String path = ApiRoute.BASE + route.path().replace(":target", app).replace(":app", app);
    String body = body(route).replace("\"target\":\"web\"", "\"target\":\"" + app + "\"");
    try (var http = new Http(port)) {
      http.send(
          port,
          route.method() + " " + path,
          body,
          Stream.concat(Stream.of(headers), body.isEmpty() ? Stream.of() : Stream.of(JSON))
              .toArray(String[]::new));
      Reply head = http.head();
      return isStream(route) && head.status() == 200 ? head : http.body(head);
    }
  }

  private static boolean isStream(ApiRoute route) {
    return route.mediaType().equals("text/event-stream");
  }

  static String body(ApiRoute route) {
    return BODIES.getOrDefault(route, "");
  }
}

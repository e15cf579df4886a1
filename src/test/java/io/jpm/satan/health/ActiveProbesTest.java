package io.jpm.satan.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.balancer.BalancerReply.Route;
import io.jpm.bus.satan.SatanCommand.StartMonitoring;
import io.jpm.model.AppCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.ProbeHandler;
import io.jpm.model.RunAs;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.WorkerId;
import io.jpm.os.HostFixture;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.testing.Eventually;
import io.jpm.testing.FreePort;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.jpm.testing.TestDeadline;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Active probes of real servers and with real commands.
@Timeout(120)
class ActiveProbesTest {
  private static final int SELF = 4711;

  @TempDir Path dir;
  private final Vertx vertx = Vertx.vertx();
  private final Map<String, String> variables = new HashMap<>();
  private HostFixture fixture;
  private ActiveProbes activeProbes;
  private HttpServer server;
  private final AtomicInteger connections = new AtomicInteger();
  private RunAs runAs = RunAs.DAEMON;
  private final List<BalancerCommand.ResolveRoute> routeRequests = new CopyOnWriteArrayList<>();
  private final List<String> clients = new CopyOnWriteArrayList<>();
  private volatile Route route = new Route.Direct();
  private volatile int status = 200;
  private volatile String body = "all is well";

  @BeforeEach
  void begin() {
    fixture = new HostFixture(new LinuxProcessHost(), dir);
    BusCodec.install(vertx);
    vertx
        .eventBus()
        .<BalancerCommand>consumer(
            Addresses.BALANCER_COMMAND,
            message -> {
              routeRequests.add((BalancerCommand.ResolveRoute) message.body());
              message.reply(route);
            });
    activeProbes = new ActiveProbes(vertx, fixture.host(), dir);
    variables.putAll(fixture.environment());
    server =
        await(
            vertx
                .createHttpServer()
                .connectionHandler(_ -> connections.incrementAndGet())
                .requestHandler(request -> {
                  switch (String.valueOf(request.path())) {
                    case "/mute" -> {
                      // Never answered.
                    }
                    case "/head" ->
                        request.response().end(String.valueOf(request.getHeader("X-Who")));
                    case "/host" -> request.response().end(String.valueOf(request.authority()));
                    case "/client" -> {
                      clients.add(request.remoteAddress().hostAddress());
                      request.response().end();
                    }
                    case "/moved" ->
                        request.response().setStatusCode(302).putHeader("Location", "/").end();
                    default -> request.response().setStatusCode(status).end(body);
                  }
                })
                .listen(0, "127.0.0.1"));
    variables.put("PORT", Integer.toString(server.actualPort()));
  }

  @AfterEach
  void end() throws Exception {
    await(vertx.close());
    fixture.close();
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.await(TestDeadline.scaledSeconds(60), TimeUnit.SECONDS);
    } catch (TimeoutException late) {
      throw new AssertionError(late);
    }
  }

  private ProbeTarget probeTarget() {
    var appCommand = new AppCommand(Path.of("/bin/x"), Optional.empty(), List.of(), List.of());
    AppSpec spec = AppSpec.builder(new AppName("web"), appCommand, dir).runAs(runAs).build();
    var worker = new WorkerId(new InstanceId(0), 1, 1);
    return new ProbeTarget(
        new StartMonitoring(worker, spec, variables, false), new ProcessIdentity("boot", SELF, 1));
  }

  private ProbeResult ask(ProbeHandler probeHandler) {
    Promise<ProbeResult> found = Promise.promise();
    vertx.runOnContext(_ -> activeProbes.start(probeHandler, probeTarget(), found::complete));
    return await(found.future());
  }

  private String reason(ProbeHandler probeHandler) {
    return ask(probeHandler) instanceof ProbeResult.Failed(String reason) ? reason : "passed";
  }

  private static ProbeHandler.Http http(String url) {
    return new ProbeHandler.Http(
        url, Map.of(), ProbeHandler.StatusRange.FINE, Optional.empty(), true);
  }

  private String url(String path) {
    return "http://127.0.0.1:" + server.actualPort() + path;
  }

  private static int freePort() throws IOException {
    return FreePort.find();
  }

  @Test
  void successfulResponsePasses() {
    assertThat(reason(http("http://127.0.0.1:${PORT}/"))).isEqualTo("passed");
  }

  @Test
  void unexpectedStatusIsReported() {
    status = 503;
    assertThat(reason(http("http://127.0.0.1:${PORT}/ready")))
        .isEqualTo(url("/ready") + " returned 503");
    var expected =
        new ProbeHandler.Http(
            url("/"), Map.of(), new ProbeHandler.StatusRange(503, 503), Optional.empty(), true);
    assertThat(reason(expected)).isEqualTo("passed");
  }

  @Test
  void redirectPassesAndIsNotFollowed() {
    status = 500;
    assertThat(reason(http(url("/moved")))).isEqualTo("passed");
  }

  @Test
  void bodyMustMatch() {
    var check =
        new ProbeHandler.Http(
            url("/"), Map.of(), ProbeHandler.StatusRange.FINE, Optional.of("is (well|fine)"), true);
    assertThat(reason(check)).isEqualTo("passed");
    body = "all is lost";
    assertThat(reason(check))
        .isEqualTo("the body of " + url("/") + " does not contain is (well|fine)");
    body = "x".repeat(70_000) + "all is well";
    assertThat(reason(check))
        .isEqualTo("the body of " + url("/") + " does not contain is (well|fine)");
  }

  @Test
  void headersAreSent() {
    variables.put("WHO", "jpm");
    var check =
        new ProbeHandler.Http(
            url("/head"),
            Map.of("X-Who", "it is ${WHO}"),
            ProbeHandler.StatusRange.FINE,
            Optional.of("^it is jpm$"),
            true);
    assertThat(reason(check)).isEqualTo("passed");
  }

  @Test
  void eachAttemptUsesANewConnection() {
    ask(http(url("/")));
    ask(http(url("/")));
    assertThat(connections).hasValue(2);
  }

  @Test
  void probeFailsWhenNoProcessListens() throws IOException {
    int port = freePort();
    assertThat(reason(http("http://127.0.0.1:" + port + "/")))
        .isEqualTo("nothing listens on 127.0.0.1:" + port);
    assertThat(reason(new ProbeHandler.Tcp("127.0.0.1", Integer.toString(port))))
        .isEqualTo("nothing listens on 127.0.0.1:" + port);
  }

  @Test
  void probeOfASharedPortReachesItsOwnProcess() throws Exception {
    int shared = freePort();
    route =
        new Route.Via(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.actualPort()));
    var host = "^127\\.0\\.0\\.1:" + shared + "$";
    var check =
        new ProbeHandler.Http(
            "http://127.0.0.1:" + shared + "/host",
            Map.of(),
            ProbeHandler.StatusRange.FINE,
            Optional.of(host),
            true);
    assertThat(reason(check)).isEqualTo("passed");
    assertThat(reason(new ProbeHandler.Tcp("localhost", Integer.toString(shared))))
        .isEqualTo("passed");
    assertThat(connections).hasValue(1);
    assertThat(routeRequests)
        .extracting(BalancerCommand.ResolveRoute::worker, BalancerCommand.ResolveRoute::port)
        .containsOnly(tuple(probeTarget().startMonitoring().worker(), shared));
    assertThat(routeRequests.getFirst().addresses())
        .containsExactly(InetAddress.ofLiteral("127.0.0.1"));
    assertThat(routeRequests.getLast().addresses()).contains(InetAddress.ofLiteral("::1"));
  }

  @Test
  void unreachableProcessFailsTheProbe() {
    route = new Route.Unreachable("nothing listens on 3000");
    assertThat(reason(http(url("/")))).isEqualTo("nothing listens on 3000");
    assertThat(reason(new ProbeHandler.Tcp("127.0.0.1", "${PORT}")))
        .isEqualTo("nothing listens on 3000");
    assertThat(routeRequests).hasSize(2);
    assertThat(connections).hasValue(0);
  }

  @Test
  void otherHostIsProbedDirectly() {
    route = new Route.Unreachable("it was asked");
    assertThat(ask(new ProbeHandler.Tcp("jpm-test.invalid", "80")))
        .isInstanceOf(ProbeResult.Failed.class);
    assertThat(routeRequests).isEmpty();
  }

  @Test
  void probeUsesTheSourceAddressOfTheRoute() throws Exception {
    int shared = freePort();
    route =
        new Route.FromSource(
            InetAddress.ofLiteral("127.9.8.7"),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), server.actualPort()));
    assertThat(reason(http("http://127.0.0.1:" + shared + "/client"))).isEqualTo("passed");
    assertThat(clients).containsExactly("127.9.8.7");
    assertThat(reason(new ProbeHandler.Tcp("127.0.0.1", Integer.toString(shared))))
        .isEqualTo("passed");
  }

  @Test
  void plainServerBehindHttpsIsReported() {
    assertThat(reason(http("https://127.0.0.1:${PORT}/")))
        .startsWith("the TLS connection to https://127.0.0.1:");
  }

  @Test
  void unknownVariableIsReported() {
    assertThat(reason(http("http://127.0.0.1:${NOWHERE}/")))
        .isEqualTo("http://127.0.0.1:${NOWHERE}/: the app has no environment variable NOWHERE");
    assertThat(reason(new ProbeHandler.Tcp("127.0.0.1", "${NOWHERE}")))
        .isEqualTo("${NOWHERE}: the app has no environment variable NOWHERE");
    assertThat(reason(new ProbeHandler.Exec(List.of("./x", "${NOWHERE}"))))
        .isEqualTo("${NOWHERE}: the app has no environment variable NOWHERE");
  }

  @Test
  void acceptedConnectionPasses() {
    assertThat(reason(new ProbeHandler.Tcp("127.0.0.1", "${PORT}"))).isEqualTo("passed");
    variables.put("PORT", "many");
    assertThat(reason(new ProbeHandler.Tcp("127.0.0.1", "${PORT}")))
        .isEqualTo("127.0.0.1:${PORT}: \"many\" is not a port");
  }

  private ProbeHandler.Exec script(String text) throws IOException {
    Path file = dir.resolve("check");
    Files.writeString(file, "#!/bin/sh\n" + text + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return new ProbeHandler.Exec(List.of("./check", "${PORT}"));
  }

  @Test
  void commandThatExitsWith0Passes() throws IOException {
    assertThat(reason(script("[ \"$JPM_PID\" = " + SELF + " ] && [ \"$1\" = \"$PORT\" ]")))
        .isEqualTo("passed");
  }

  @Test
  @Needs(Need.ROOT)
  void commandRunsAsTheUserOfTheApp() throws Exception {
    // The other user must be able to enter the directory.
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    ProbeHandler.Exec check = script("echo \"I am $(id -un)\"; exit 1");
    assertThat(reason(check)).isEqualTo("./check failed with exit 1: I am root");
    runAs =
        new RunAs(
            Optional.of("nobody"), Optional.empty(), OptionalInt.empty(), OptionalInt.empty());
    assertThat(reason(check)).isEqualTo("./check failed with exit 1: I am nobody");
    assertThat(reason(script("[ ! -w . ] && [ \"$(id -u)\" != 0 ]"))).isEqualTo("passed");
  }

  /// Starts a server with a self-signed certificate.
  private int selfSigned() throws Exception {
    Path store = dir.resolve("self.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "self",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=ip:127.0.0.1,dns:localhost",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                "secret")
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(keytool.waitFor()).as(said).isZero();
    var options =
        new HttpServerOptions()
            .setSsl(true)
            .setKeyCertOptions(new PfxOptions().setPath(store.toString()).setPassword("secret"));
    return await(
            vertx
                .createHttpServer(options)
                .requestHandler(request -> request.response().end("well"))
                .listen(0, "127.0.0.1"))
        .actualPort();
  }

  @Test
  void untrustedCertificateIsRefusedUnlessVerifyIsFalse() throws Exception {
    String url = "https://127.0.0.1:" + selfSigned() + "/";
    assertThat(reason(http(url)))
        .isEqualTo(
            "the certificate of "
                + url
                + " is not accepted: unable to find valid certification path to requested target"
                + " (\"verify\": false accepts any certificate)");
    var trusting =
        new ProbeHandler.Http(
            url, Map.of(), ProbeHandler.StatusRange.FINE, Optional.of("well"), false);
    assertThat(reason(trusting)).isEqualTo("passed");
  }

  @Test
  void lastOutputLineOfAFailedCommandIsReported() throws IOException {
    assertThat(reason(script("seq 100000; echo disk full >&2; echo; exit 3")))
        .isEqualTo("./check failed with exit 3: disk full");
    assertThat(reason(script("exit 1"))).isEqualTo("./check failed with exit 1");
  }

  @Test
  void missingCommandIsReported() {
    assertThat(reason(new ProbeHandler.Exec(List.of("no-such-program"))))
        .isEqualTo("no-such-program: not found in PATH");
  }

  @Test
  void cancelledCommandIsEndedWithAllItsProcesses() throws IOException {
    ProbeHandler.Exec check = script("sleep 1000 & echo $! $$ > pids.new; mv pids.new pids; wait");
    Promise<ProbeAttempt> begun = Promise.promise();
    vertx.runOnContext(_ ->
        begun.complete(
            activeProbes.start(
                check,
                probeTarget(),
                probeResult -> {
                  throw new AssertionError("unexpected result " + probeResult);
                })));
    ProbeAttempt probeAttempt = await(begun.future());
    Path pids = dir.resolve("pids");
    Eventually.await("the command runs", HostFixture.DEADLINE, () -> Files.exists(pids));
    vertx.runOnContext(_ -> probeAttempt.cancel());
    for (String pid : Files.readString(pids).strip().split(" ", -1)) {
      Eventually.await(
          pid + " is gone",
          HostFixture.DEADLINE,
          () -> ProcessHandle.of(Long.parseLong(pid)).map(it -> !it.isAlive()).orElse(true));
    }
    Eventually.await(
        "the pipe of the command is removed",
        HostFixture.DEADLINE,
        () -> {
          String[] left = dir.resolve("checks").toFile().list();
          return left == null || left.length == 0;
        });
  }
}

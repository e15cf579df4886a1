package io.jpm.daemon;

import io.jpm.access.TokenVerticle;
import io.jpm.balancer.BalancerContext;
import io.jpm.balancer.ClusterBalancerVerticle;
import io.jpm.bridge.BridgeSettings;
import io.jpm.bridge.BridgeVerticle;
import io.jpm.bus.Addresses;
import io.jpm.bus.BlockingCalls;
import io.jpm.bus.BusCodec;
import io.jpm.bus.HomeFileWriter;
import io.jpm.bus.daemon.DaemonCommand;
import io.jpm.command.AuditVerticle;
import io.jpm.command.CommandContext;
import io.jpm.command.CommandVerticle;
import io.jpm.config.ProcessFileReader;
import io.jpm.config.settings.AppDefaults;
import io.jpm.config.settings.Settings;
import io.jpm.config.settings.SettingsOutcome;
import io.jpm.config.settings.SettingsReader;
import io.jpm.config.values.Problem;
import io.jpm.configwatch.ConfigWatchVerticle;
import io.jpm.console.ConsoleVerticle;
import io.jpm.console.session.ConsoleContext;
import io.jpm.console.session.ConsoleTiming;
import io.jpm.doctor.DoctorContext;
import io.jpm.doctor.DoctorVerticle;
import io.jpm.god.GodVerticle;
import io.jpm.god.instance.GodContext;
import io.jpm.history.HistoryVerticle;
import io.jpm.hooks.HooksVerticle;
import io.jpm.keeper.KeeperContext;
import io.jpm.keeper.KeeperContext.Duty;
import io.jpm.keeper.KeeperVerticle;
import io.jpm.logs.LogAggregatorVerticle;
import io.jpm.logs.write.LogClock;
import io.jpm.model.RunAs;
import io.jpm.os.KeeperInstruction;
import io.jpm.os.KeeperSetup;
import io.jpm.os.ProcessHost;
import io.jpm.os.SystemLog;
import io.jpm.os.linux.socket.LocalTcpClients;
import io.jpm.satan.HeartbeatVerticle;
import io.jpm.satan.SatanVerticle;
import io.jpm.triggers.CronSchedule;
import io.jpm.web.WebContext;
import io.jpm.web.WebVerticle;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.impl.cpu.CpuCoreSensor;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/// A running daemon. Deploys its verticles in order and stops them in reverse order.
final class Daemon {
  private static final Logger LOG = System.getLogger("jpm.daemon");
  private static final long STOP_SECONDS = 10;

  private static final long REST_MILLIS = 10_000;
  private static final Duration SETTINGS_PAUSE = Duration.ofSeconds(1);
  private static final Duration HOME_PAUSE = Duration.ofSeconds(1);

  /// The exit code for `jpm update` (EX_TEMPFAIL in `sysexits.h`). In the unit that `jpm startup`
  /// writes, this code makes systemd restart the daemon without counting the exit as a failure.
  private static final int EXIT_CODE_FOR_UPDATE = 75;

  private final Home home;
  private final DaemonLock lock;
  private final ProcessHost host;
  private final Vertx vertx;
  private final ServiceStatusReporter service;
  private final Deque<String> deployments = new ArrayDeque<>();
  private final DaemonLogHandler log;

  /// The defaults for settings that an app does not specify. Changes apply to process files that
  /// are read afterwards.
  private volatile AppDefaults defaults = AppDefaults.PM2;

  /// The limits of the audit log, which are the same as those of the daemon's own log.
  private volatile Settings.Log logLimits = Settings.defaults().log();

  /// The syslog address to which the audit log is copied; empty for none.
  private volatile String auditSyslog = Settings.defaults().audit().syslog();

  private Optional<KeeperVerticle> keeper = Optional.empty();

  /// The instruction that the keeper receives when the daemon stops. The default, which applies
  /// after SIGTERM, is not to restart the daemon and to leave the apps running.
  private volatile KeeperInstruction shutdownInstruction = new KeeperInstruction.Rest();

  private Optional<LifecycleRecorder> lifecycleRecorder = Optional.empty();

  /// The reason why the daemon stops, for users.
  private volatile String stopReason = "stopped by a signal";

  /// Completes exceptionally on an error that would otherwise not abort the boot.
  private final CompletableFuture<Object> bootFailure = new CompletableFuture<>();

  private volatile boolean ready;
  private volatile int port;
  private boolean stopped;

  private Daemon(Home home, DaemonLock lock, ProcessHost host, Vertx vertx, DaemonLogHandler log) {
    this.home = home;
    this.lock = lock;
    this.log = log;
    this.host = host;
    this.vertx = vertx;
    this.service =
        new ServiceStatusReporter(
            HostSelection.serviceNotifier(System.getenv()),
            System.getenv(),
            ProcessHandle.current().pid());
  }

  /// Boots a daemon in `directory`: prepares the home, acquires the lock, reads the settings and
  /// deploys the verticles.
  ///
  /// @return the TCP port of the daemon's bridge, or that of the daemon that is already running
  /// @throws StartupException with a message for the user; in this case, nothing is left running
  static int start(Path directory) throws StartupException {
    Home home = Home.prepare(directory);
    Optional<DaemonLock> lock = RunningDaemonFinder.lockUnlessRunning(home);
    return lock.isPresent() ? boot(home, lock.get(), Duty.GUARD) : RunningDaemonFinder.port(home);
  }

  /// Boots a daemon for a caller that waits until the daemon exits. Unlike [#start], fails if a
  /// daemon is already running.
  static void startInForeground(Path directory) throws StartupException {
    Home home = Home.prepare(directory);
    boot(
        home,
        RunningDaemonFinder.lockUnlessRunning(home)
            .orElseThrow(() ->
                new StartupException(
                    "a daemon is already running in " + home.root() + ": stop it with jpm kill")),
        // The program that waits for the daemon also restarts it: systemd, runit or a container
        // runtime.
        Duty.HOLD);
  }

  private static int boot(Home home, DaemonLock lock, Duty duty) throws StartupException {
    removeStaleFiles(home);
    // Creating Vert.x takes longest, so settings and native code are loaded in parallel.
    CompletableFuture<Vertx> vertx = CompletableFuture.supplyAsync(Daemon::vertx);
    try {
      SettingsOutcome settings = settings(home);
      Settings.Log limits = settings.settings().log();
      DaemonLogHandler log = DaemonLogHandler.install(home.log(), limits.maxSize(), limits.keep());
      var host =
          new DeferredProcessHost(
              CompletableFuture.supplyAsync(() -> HostSelection.best(home.root())));
      HostSelection.logInstanceLimit(host);
      var daemon = new Daemon(home, lock, host, vertx.join(), log);
      var _ =
          host.created()
              .whenComplete((_, fault) -> {
                if (fault != null) {
                  daemon.bootFailure.completeExceptionally(fault);
                }
              });
      return daemon.boot(settings, duty);
    } catch (StartupException failure) {
      vertx.join().close();
      throw failure;
    }
  }

  /// Removes the files that a killed daemon left behind. They could direct clients to another
  /// program that now uses the same port.
  private static void removeStaleFiles(Home home) throws StartupException {
    try {
      HomeFileWriter.hide(home.portFile());
      HomeFileWriter.hide(home.pidFile());
    } catch (IOException error) {
      throw new StartupException("%s cannot be removed: %s".formatted(home.portFile(), error));
    }
  }

  private static Path installation() {
    return Path.of(System.getProperty("jpm.root", ".")).toAbsolutePath();
  }

  private static Path installedSettings() {
    return installation().resolve("conf").resolve("jpm.json");
  }

  private static SettingsOutcome settings(Home home) throws StartupException {
    SettingsOutcome outcome = SettingsReader.read(installedSettings(), home.settings());
    if (!outcome.problems().isEmpty()) {
      throw new StartupException(
          outcome.problems().stream().map(Problem::toString).collect(Collectors.joining("; ")));
    }
    return outcome;
  }

  private static Vertx vertx() {
    var options =
        new VertxOptions()
            .setEventLoopPoolSize(Math.min(2, CpuCoreSensor.availableProcessors()))
            .setWorkerPoolSize(4)
            .setInternalBlockingPoolSize(2)
            // An idle daemon should not wake up every second to check for blocked threads.
            .setBlockedThreadCheckInterval(10)
            .setBlockedThreadCheckIntervalUnit(TimeUnit.SECONDS);
    options.getFileSystemOptions().setClassPathResolvingEnabled(false);
    Vertx vertx = Vertx.builder().with(options).withTransport(new LimitedTransport()).build();
    BusCodec.install(vertx);
    return vertx;
  }

  /// Deploys the verticles.
  ///
  /// @return the TCP port of the bridge
  private int boot(SettingsOutcome read, Duty duty) throws StartupException {
    Settings settings = read.settings();
    vertx.exceptionHandler(this::abortBootOnError);
    try {
      LOG.log(Level.INFO, "daemon {0} is starting, pid {1}", Version.TEXT, pid());
      deploy(
          new LogAggregatorVerticle(
              host, home.root(), new LogClock(InstantSource.system(), System::nanoTime)));
      vertx.eventBus().send(Addresses.LOGS_COMMAND, SettingsWatchVerticle.limits(settings));
      // A container has no keeper, regardless of the settings: none of its processes outlives
      // bin/jpm-runtime.
      boolean wantsKeeper = settings.keeper() && !Boolean.getBoolean("jpm.without.keeper");
      var keeper = new KeeperVerticle(keeper(wantsKeeper ? duty : Duty.NONE));
      this.keeper = Optional.of(keeper);
      deploy(keeper);
      deploy(
          new HistoryVerticle(
              home.root().resolve("events"), settings.history().maxSize(), HostSelection.bootId()));
      deploy(new HooksVerticle(host, home.root(), System::nanoTime));
      deploy(new SatanVerticle(host, home.root(), InstantSource.system(), System::nanoTime));
      // After the keeper, which holds the listening sockets of an earlier daemon.
      deploy(
          new ClusterBalancerVerticle(new BalancerContext(host, installation(), System::nanoTime)));
      var news =
          new LifecycleRecorder(vertx, InstantSource.system(), ProcessHandle.current().pid());
      deploy(
          new GodVerticle(
              new GodContext(
                  host,
                  home.root(),
                  InstantSource.system(),
                  System::nanoTime,
                  () -> defaults.maxInstances())));
      deploy(
          new HeartbeatVerticle(
              System::nanoTime,
              new HeartbeatVerticle.EventOrigin(
                  ProcessHandle.current().pid(), InstantSource.system()),
              settings.heartbeat().interval(),
              service.maxReportInterval()));
      deploy(
          new DoctorVerticle(
              new DoctorContext(
                  HostSelection.look(),
                  home.root(),
                  installedSettings(),
                  ProcessHandle.current().pid(),
                  wantsKeeper,
                  read)));
      defaults = defaults(settings);
      var scripts = new NodeScriptEvaluator(NodeScriptEvaluator.LIMIT, host.appAccess());
      deploy(
          new ConsoleVerticle(
              new ConsoleContext(
                  Version.TEXT,
                  ProcessHandle.current().pid(),
                  System.getProperty("user.name"),
                  home.root(),
                  () -> defaults,
                  InstantSource.system(),
                  ConsoleTiming.DEFAULT),
              scripts,
              new LocalProgramRunner(host.appAccess())));
      deploy(
          new CommandVerticle(
              new CommandContext(
                  Version.TEXT,
                  ProcessHandle.current().pid(),
                  home.root(),
                  InstantSource.system().instant(),
                  InstantSource.system(),
                  () -> defaults,
                  CommandContext.inheritedVariables(System.getenv()),
                  CommandContext.DEFAULT_TIMEOUT)));
      logLimits = settings.log();
      auditSyslog = settings.audit().syslog();
      SystemLog systemLog = HostSelection.systemLog();
      deploy(
          new AuditVerticle(
              home.root(),
              InstantSource.system(),
              () -> logLimits,
              datagram -> {
                String address = auditSyslog;
                return address.isEmpty() ? Optional.empty() : systemLog.send(address, datagram);
              }));
      deploy(new TokenVerticle(home.root().resolve("tokens.json"), InstantSource.system()));
      deploy(
          new ConfigWatchVerticle(
              home.root(),
              file -> host.logFileSystem().read(file, RunAs.DAEMON),
              home::writeRisk,
              () -> new ProcessFileReader(defaults, scripts)));
      vertx
          .eventBus()
          .<DaemonCommand>consumer(
              Addresses.DAEMON_COMMAND, message -> handleCommand(message.body()));
      writePid();
      deploy(
          new SettingsWatchVerticle(
              installedSettings(), home.settings(), read, SETTINGS_PAUSE, this::applyLiveSettings));
      // Must precede the opening of the bridge, because the first command may cause further events.
      news.started(Version.TEXT);
      this.lifecycleRecorder = Optional.of(news);
      BridgeSettings bridgeSettings = BridgeSettingsFactory.of(home, settings.bridge());
      deploy(
          new WebVerticle(
              new WebContext(
                  home.root(),
                  Version.TEXT,
                  new TokenAuthenticator(vertx, bridgeSettings.token()),
                  InstantSource.system(),
                  System::nanoTime,
                  new WebContext.Limits(
                      bridgeSettings.limits().requestsPerSecond(),
                      bridgeSettings.slowPeerTimeout()))));
      var bridge = new BridgeVerticle(bridgeSettings, System::nanoTime, LocalTcpClients::portsTo);
      deploy(bridge);
      this.port = bridge.port();
      deploy(
          new HomeWatchVerticle(
              lock,
              clientFiles(bridgeSettings),
              home.socket(),
              HOME_PAUSE,
              this::haltBecauseHomeLost));
      Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "jpm-stop"));
      ready = true;
      vertx.exceptionHandler(null);
      keeper.guard();
      LOG.log(Level.INFO, "daemon is ready");
      service.ready(vertx, home.root());
      vertx.setTimer(REST_MILLIS, _ -> warmUpAndReleaseMemory());
      return port;
    } catch (StartupException | RuntimeException failure) {
      LOG.log(Level.ERROR, "the daemon cannot start", failure);
      stop();
      throw failure instanceof StartupException known
          ? known
          : new StartupException(StartupException.describe(failure));
    }
  }

  /// Writes the pid file. If the disk is full, [HomeWatchVerticle] writes it later.
  private void writePid() {
    try {
      Home.write(home.pidFile(), pid());
    } catch (IOException full) {
      LOG.log(Level.WARNING, "{0}", full.getMessage());
    }
  }

  /// Returns the files that clients read to find this daemon.
  private List<HomeWatchVerticle.ClientFile> clientFiles(BridgeSettings settings) {
    return List.of(
        new HomeWatchVerticle.ClientFile(home.pidFile(), pid()),
        new HomeWatchVerticle.ClientFile(home.portFile(), Integer.toString(port)),
        new HomeWatchVerticle.ClientFile(home.tokenFile(), settings.token()));
  }

  /// Terminates the process because the home was removed or replaced. Another daemon may already
  /// serve the path, so there is no orderly shutdown: it would write and remove files of the other
  /// daemon. The keeper detects by itself whether its pipe still exists.
  private void haltBecauseHomeLost() {
    String sentence =
        "%s was removed or replaced: daemon %s exits immediately and leaves its apps running"
            .formatted(home.lock(), pid());
    LOG.log(Level.ERROR, sentence);
    log.logToNextDaemon(sentence);
    System.out.println("jpm: " + sentence);
    service.stopping();
    Runtime.getRuntime().halt(0);
  }

  private static AppDefaults defaults(Settings settings) {
    return settings.appDefaults().with(CronSchedule::problem);
  }

  /// Applies those live settings that do not belong to a verticle.
  private void applyLiveSettings(Settings settings) {
    log.setLimits(settings.log().maxSize(), settings.log().keep());
    logLimits = settings.log();
    auditSyslog = settings.audit().syslog();
    defaults = defaults(settings);
  }

  private KeeperContext keeper(Duty duty) {
    Map<String, String> variables = new HashMap<>();
    for (String name : KeeperSetup.VARIABLES) {
      // bin/jpm-launcher passes these variables as properties: JPM_JAVA_OPTS becomes jpm.java.opts.
      String property = name.toLowerCase(Locale.ROOT).replace('_', '.');
      String value = System.getProperty(property, "");
      if (!value.isEmpty()) {
        variables.put(name, value);
      }
    }
    var setup = new KeeperSetup(home.root(), installation(), variables);
    return new KeeperContext(
        lost -> host.keeperClient(setup, lost), setup.fifo(), duty, System::nanoTime);
  }

  private void deploy(Deployable verticle) throws StartupException {
    try {
      Future<String> deployed = vertx.deployVerticle(verticle);
      CompletableFuture.anyOf(deployed.toCompletionStage().toCompletableFuture(), bootFailure)
          .get(60, TimeUnit.SECONDS);
      deployments.push(deployed.result());
    } catch (ExecutionException failure) {
      throw new StartupException(StartupException.describe(failure));
    } catch (TimeoutException failure) {
      throw new StartupException(
          verticle.getClass().getSimpleName() + " did not start within 60 s; see the daemon's log");
    } catch (InterruptedException failure) {
      Thread.currentThread().interrupt();
      throw new StartupException("the start was interrupted");
    }
  }

  /// Aborts the boot on errors that Vert.x would only log, such as a failure to create a thread.
  private void abortBootOnError(Throwable fault) {
    LOG.log(Level.ERROR, "Unhandled exception", fault);
    if (fault instanceof Error) {
      bootFailure.completeExceptionally(fault);
    }
  }

  /// Warms up frequent commands and releases memory that only the boot needed. Runs some time after
  /// the boot.
  private void warmUpAndReleaseMemory() {
    Future<Boolean> done =
        BlockingCalls.call(
            vertx,
            () -> {
              new WarmUp(port, home.token()).run();
              System.gc();
              host.releaseIdleMemory();
              return true;
            });
    done.onFailure(error -> LOG.log(Level.WARNING, "memory could not be released", error));
  }

  private void handleCommand(DaemonCommand command) {
    int code =
        switch (command) {
          case DaemonCommand.Stop() -> {
            shutdownInstruction = new KeeperInstruction.Quit();
            stopReason = "stopped by jpm kill";
            yield 0;
          }
          case DaemonCommand.StopForUpdate() -> {
            stopReason = "replaced by the next daemon (jpm update)";
            yield EXIT_CODE_FOR_UPDATE;
          }
        };
    // Must not run on the event loop, which is about to be closed. The shutdown hook calls [#stop].
    Thread.ofPlatform().name("jpm-exit").start(() -> System.exit(code));
  }

  /// Closes everything that the boot opened, in reverse order. Apps keep running.
  private synchronized void stop() {
    if (stopped) {
      return;
    }
    stopped = true;
    LOG.log(Level.INFO, "daemon is stopping, pid {0}", pid());
    service.stopping();
    lifecycleRecorder.ifPresent(it -> it.stopping(stopReason));
    try {
      // The keeper is notified first, so that it does not restart the daemon even if a later step
      // fails. A daemon that failed to start does not notify the keeper, because the keeper may be
      // the program that keeps trying to start it.
      keeper
          .filter(_ -> ready)
          .ifPresent(it ->
              awaitQuietly(
                  it.detach(shutdownInstruction),
                  "the keeper could not be notified: it may start the daemon again"));
      while (!deployments.isEmpty()) {
        awaitQuietly(vertx.undeploy(deployments.pop()), "a component of the daemon did not stop");
      }
      Files.deleteIfExists(home.pidFile());
    } catch (IOException error) {
      LOG.log(Level.WARNING, "the daemon did not stop cleanly", error);
    } finally {
      host.close();
      // Closed explicitly: at exit, the JVM would wait up to 0.3 s for threads in native code, such
      // as event loops.
      awaitQuietly(vertx.close(), "the event loops did not stop");
      lock.release();
    }
  }

  private static void awaitQuietly(Future<?> future, String otherwise) {
    try {
      await(future);
    } catch (ExecutionException | TimeoutException error) {
      LOG.log(Level.WARNING, otherwise, error);
    } catch (InterruptedException error) {
      Thread.currentThread().interrupt();
    }
  }

  private static void await(Future<?> future)
      throws ExecutionException, TimeoutException, InterruptedException {
    future.toCompletionStage().toCompletableFuture().get(STOP_SECONDS, TimeUnit.SECONDS);
  }

  private static String pid() {
    return Long.toString(ProcessHandle.current().pid());
  }
}

package io.jpm.config.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.config.Workspace;
import io.jpm.config.syntax.JsonTree;
import io.jpm.config.syntax.ParseResult;
import io.jpm.config.values.ConfigNode;
import io.jpm.config.values.Problem;
import io.jpm.model.FullLogPolicy;
import io.jpm.model.LogLimits;
import io.jpm.model.LogStorageLimits;
import io.jpm.model.RestartPolicy;
import io.jpm.model.RestartWindow;
import io.jpm.model.StopPolicy;
import io.jpm.model.process.Signal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsReaderTest {
  private static final Path INSTALLED = Path.of("conf/jpm.json");

  @TempDir Path dir;
  private Workspace workspace;

  @BeforeEach
  void createWorkspace() {
    workspace = new Workspace(dir);
  }

  @Test
  void installedFileListsExactlyTheCatalogueWithItsDefaults() throws Exception {
    Map<String, String> listed = new LinkedHashMap<>();
    ParseResult outcome = JsonTree.parse(Files.readString(INSTALLED));
    assertThat(outcome).isInstanceOf(ParseResult.Read.class);
    ConfigNode.Obj root = (ConfigNode.Obj) ((ParseResult.Read) outcome).root();
    for (ConfigNode.Member group : root.members()) {
      for (ConfigNode.Member setting : ((ConfigNode.Obj) group.value()).members()) {
        listed.put(
            group.key() + "." + setting.key(),
            ConfigNode.scalarText(setting.value()).orElseThrow());
      }
    }
    Map<String, String> catalogue = new LinkedHashMap<>();
    for (SettingKey key : SettingKey.values()) {
      catalogue.put(key.key(), key.defaultText());
    }
    assertThat(listed).isEqualTo(catalogue);
  }

  @Test
  void installedFileYieldsTheDefaults() {
    SettingsOutcome outcome = SettingsReader.read(INSTALLED, dir.resolve("jpm.json"));
    assertThat(outcome.problems()).isEmpty();
    assertThat(outcome.settings()).isEqualTo(Settings.defaults());
    assertThat(outcome.settings())
        .isEqualTo(
            new Settings(
                new Settings.Bridge(
                    "127.0.0.1",
                    0,
                    Duration.ofSeconds(2),
                    8 << 20,
                    Duration.ofSeconds(30),
                    1024,
                    1000,
                    200,
                    Settings.Remote.NONE),
                AppDefaults.PM2,
                new Settings.History(8 << 20),
                new Settings.Heartbeat(Duration.ofSeconds(10)),
                true,
                new Settings.Log(10 << 20, 5),
                new Settings.Logs(LogLimits.DEFAULT, LogStorageLimits.DEFAULT),
                new Settings.Audit("")));
  }

  @Test
  void everyKeyInTheHomeOverridesTheInstalledFile() {
    Path home =
        workspace.file(
            "jpm.json",
            """
            {"bridge": {"host": "127.0.0.2", "port": 7070, "auth_timeout": "500ms",
               "max_frame": "1G", "slow_peer_timeout": "1m", "max_connections": 1,
               "max_subscriptions": 2, "requests_per_second": 3,
               "remote": {"host": "h", "port": 7071, "cert": "c", "key": "k", "keystore": "s",
                 "keystore_password_file": "p", "client_ca": "a"}},
             "defaults": {"autorestart": false, "max_restarts": 0, "min_uptime": "0s",
               "restart_delay": "1h", "kill_timeout": "10s", "kill_signal": "TERM"},
             "history": {"max_size": "1M"}, "heartbeat": {"interval": "1h"},
             "keeper": {"enabled": false},
             "limits": {"max_instances": 7},
             "log": {"max_size": "64K", "keep": 0},
             "logs": {"max_size": "1K", "rotate_every": "1s", "keep": 3, "max_age": 0,
               "max_total": 0, "compress": false, "when_full": "block", "total": "0",
               "min_free": "5M", "buffer": "1G"},
             "audit": {"syslog": "/dev/log"}}
            """);
    SettingsOutcome outcome = SettingsReader.read(INSTALLED, home);
    assertThat(outcome.problems()).isEmpty();
    assertThat(outcome.settings())
        .isEqualTo(
            new Settings(
                new Settings.Bridge(
                    "127.0.0.2",
                    7070,
                    Duration.ofMillis(500),
                    1 << 30,
                    Duration.ofMinutes(1),
                    1,
                    2,
                    3,
                    new Settings.Remote("h", 7071, "c", "k", "s", "p", "a")),
                new AppDefaults(
                    new RestartPolicy(
                            RestartPolicy.When.NEVER, 0, Duration.ZERO, Duration.ofHours(1))
                        .with(RestartWindow.forMaxRestarts(0)),
                    new StopPolicy(Signal.SIGTERM, Duration.ofSeconds(10), true),
                    CronValidator.FIELDS,
                    7),
                new Settings.History(1 << 20),
                new Settings.Heartbeat(Duration.ofHours(1)),
                false,
                new Settings.Log(64 << 10, 0),
                new Settings.Logs(
                    new LogLimits(
                        1024,
                        Duration.ofSeconds(1),
                        3,
                        Duration.ZERO,
                        0,
                        false,
                        FullLogPolicy.BLOCK),
                    new LogStorageLimits(0, 5 << 20, 1 << 30)),
                new Settings.Audit("/dev/log")));
    assertThat(outcome.changesSince(SettingsReader.read(INSTALLED, dir.resolve("none.json"))))
        .containsExactly(SettingKey.values());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"bridge": {"port": 70000}} | :1: bridge.port: 70000 is not valid: use a whole number from 0 to 65535
          {"bridge": {"prt": 1}} | :1: bridge: unknown key "prt": did you mean "port"?
          {"heartbeat": {"interval": "10ms"}} | :1: heartbeat.interval: "10ms" is not valid: use a duration from 1s to 1h
          {"brige": {}} | :1: unknown key "brige": did you mean "bridge"?
          {"bridge": 5} | :1: bridge: 5 is not an object: use {"NAME": VALUE}
          [] | :1: a list is not an object: use {"logs": {"keep": 20}}
          {"bridge": {"host": ""}} | :1: bridge.host: "" is not valid: use text
          {"bridge": {"auth_timeout": "0s"}} | :1: bridge.auth_timeout: "0s" is not valid: use a duration of 1ms or more, such as 500ms, 10s, 5m or 1h
          {"bridge": {"max_frame": "2G"}} | :1: bridge.max_frame: "2G" is not valid: use a size from 64K to 1G
          {"bridge": {"max_frame": "1K"}} | :1: bridge.max_frame: "1K" is not valid: use a size from 64K to 1G
          {"defaults": {"autorestart": "no"}} | :1: defaults.autorestart: "no" is not valid: use true or false
          {"defaults": {"max_restarts": -1}} | :1: defaults.max_restarts: -1 is not valid: use a whole number of 0 or more
          {"defaults": {"min_uptime": 5}} | :1: defaults.min_uptime: 5 is not valid: use a duration with a unit, such as 500ms, 10s, 5m or 1h
          {"defaults": {"kill_signal": "X"}} | :1: defaults.kill_signal: "X" is not valid: use the name or number of a signal
          {"log": {"max_size": 5}} | :1: log.max_size: 5 is not valid: use a size of 64K or more, such as 16M or 1G
          {"logs": {"max_size": "5"}} | :1: logs.max_size: "5" is not valid: use 0 for no limit, or a size of 1K or more, such as "50M" or "1G"
          {"logs": {"max_age": 5000}} | :1: logs.max_age: 5000 is not valid: use 0 for no limit, or a duration of 1s or more with a unit, such as "12h" or "7d"
          {"logs": {"keep": -1}} | :1: logs.keep: -1 is not valid: use 0 for no limit, or a whole number
          {"logs": {"when_full": "drop"}} | :1: logs.when_full: "drop" is not valid: use "drop_oldest" or "block"
          {"logs": {"buffer": "512K"}} | :1: logs.buffer: "512K" is not valid: use a size from 1M to 1G
          {"logs": {"buffer": 0}} | :1: logs.buffer: 0 is not valid: use a size from 1M to 1G
          {"logs": {"max_siz": "5M"}} | :1: logs: unknown key "max_siz": did you mean "max_size"?
          {"log": {}, "log": {}} | :1: duplicate key "log": keep only one
          {"log": | :1:8: unexpected end of file: a }, ] or " is missing
          """)
  void invalidSettingIsReportedAndTheDefaultStays(String json, String sentence) {
    Path home = workspace.file("jpm.json", json);
    SettingsOutcome outcome = SettingsReader.read(INSTALLED, home);
    assertThat(outcome.problems().stream().map(Problem::toString)).containsExactly(home + sentence);
    assertThat(outcome.settings()).isEqualTo(Settings.defaults());
  }

  @Test
  void problemsOfBothFilesAreReportedTogether() {
    Path installed = workspace.file("conf.json", "{\"log\": {\n\"keep\": \"x\"}}");
    Path home = workspace.file("jpm.json", "{\"log\": {\"keep\": 3, \"kep\": 1}}");
    SettingsOutcome outcome = SettingsReader.read(installed, home);
    assertThat(outcome.problems().stream().map(Problem::toString))
        .containsExactly(
            installed + ":2: log.keep: \"x\" is not valid: use a whole number from 0 to 1000",
            home + ":1: log: unknown key \"kep\": did you mean \"keep\"?");
    assertThat(outcome.settings().log().keep()).isEqualTo(3);
  }

  @Test
  void missingInstalledFileIsReported() {
    Path gone = dir.resolve("gone.json");
    assertThat(SettingsReader.read(gone, gone).problems())
        .isEqualTo(
            List.of(
                new Problem(
                    gone.toString(), "does not exist, although it is part of jpm: reinstall jpm")));
  }
}

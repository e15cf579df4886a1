package io.jpm.god.journal;

import io.jpm.god.instance.InstanceIdentity;
import io.jpm.god.instance.ReplacementRole;
import io.jpm.god.instance.TagSecret;
import io.jpm.model.process.Exit;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.Phase;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.supervise.DesiredState;
import io.jpm.supervise.InstanceState;
import io.jpm.supervise.RestartCounters;
import io.jpm.supervise.StartBlocker;
import io.jpm.supervise.StopCause;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Converts journal snapshots to and from JSON. Each distinct environment is stored once.
final class JournalJson {
  private static final int VERSION = 2;

  /// The oldest supported version. Its journals contain no IPC channels, triggers or dependencies.
  private static final int OLDEST = 1;

  private JournalJson() {}

  /// Converts a snapshot to JSON.
  ///
  /// @param specs the cache of converted specs
  static JsonObject write(JournalEntry.Snapshot snapshot, WrittenSpecs specs) {
    var environments = new Environments();
    var instances = new JsonArray();
    for (JournalEntry entry : snapshot.entries()) {
      int environment = environments.indexOf(entry.spec().variables().inherited());
      instances.add(instance(entry, environment, specs.of(entry.spec())));
    }
    JsonArray files = AppFilesJson.write(snapshot.files(), environments);
    var json =
        new JsonObject()
            .put("v", VERSION)
            .put("next_id", snapshot.nextId())
            .put("environments", environments.write())
            .put("instances", instances)
            .put("files", files);
    specs.next();
    if (!snapshot.attempts().isEmpty()) {
      json.put("commands", IdempotencyRecordsJson.write(snapshot.attempts()));
    }
    return snapshot.damage().isEmpty()
        ? json
        : json.put("damage", new JsonArray(snapshot.damage()));
  }

  /// Converts JSON to a snapshot.
  ///
  /// @throws RuntimeException of any subtype if the object is not a complete journal
  static JournalEntry.Snapshot read(JsonObject json) {
    int version = json.getInteger("v");
    if (version > VERSION) {
      throw new NewerFormat(version);
    }
    if (version < OLDEST) {
      throw new IllegalArgumentException("unknown journal version " + version);
    }
    List<Map<String, String>> environments = Environments.read(json.getJsonArray("environments"));
    List<JournalEntry> entries = new ArrayList<>();
    for (Object entry : json.getJsonArray("instances")) {
      var object = (JsonObject) entry;
      entries.add(entry(object, environments.get(object.getInteger("environment"))));
    }
    return new JournalEntry.Snapshot(
        json.getInteger("next_id"),
        entries,
        AppFilesJson.read(json.getJsonArray("files", new JsonArray()), environments),
        json.getJsonArray("damage", new JsonArray()).stream().map(String.class::cast).toList(),
        IdempotencyRecordsJson.read(json.getJsonArray("commands", new JsonArray())));
  }

  private static JsonObject instance(JournalEntry entry, int environment, JsonObject spec) {
    var json =
        new JsonObject()
            .put("id", entry.instanceIdentity().id().value())
            .put("number", entry.instanceIdentity().number())
            .put("created_at", entry.instanceIdentity().createdAt().toEpochMilli())
            .put("environment", environment)
            .put("spec", spec)
            .put("state", state(entry.state()));
    putSharing(json, entry.instanceIdentity(), entry.balancing());
    entry.startedAt().ifPresent(at -> json.put("started_at", at.toEpochMilli()));
    entry
        .process()
        .ifPresent(p ->
            json.put(
                "process",
                new JsonObject()
                    .put("boot", p.bootId())
                    .put("pid", p.pid())
                    .put("start", p.startTime())));
    if (!entry.channel().actions().isEmpty()) {
      json.put("actions", new JsonArray(entry.channel().actions()));
    }
    if (entry.channel().readsMessages()) {
      json.put("reads_messages", true);
    }
    if (entry.channel().shutdownSent()) {
      json.put("shutdown_sent", true);
    }
    if (!entry.version().isEmpty()) {
      json.put("version", entry.version());
    }
    if (!entry.port().isEmpty()) {
      json.put("port", entry.port());
    }
    if (entry.stopsGracefully()) {
      json.put("stops_gracefully", true);
    }
    return json;
  }

  /// Adds the optional keys about identity, reload and balancing to `json`.
  private static void putSharing(
      JsonObject json,
      InstanceIdentity instanceIdentity,
      JournalEntry.BalancingState balancingState) {
    if (!instanceIdentity.incarnation().equals(instanceIdentity.createdAt())) {
      json.put("birth", instanceIdentity.incarnation().toEpochMilli());
    }
    if (!instanceIdentity.secret().isNone()) {
      json.put("secret", instanceIdentity.secret().hex());
    }
    if (balancingState.replacementRole() != ReplacementRole.CURRENT) {
      json.put("role", balancingState.replacementRole().name());
    }
    balancingState.balancerState().ifPresent(memo -> json.put("memo", memo));
    if (balancingState.listening()) {
      json.put("listening", true);
    }
  }

  private static InstanceIdentity life(JsonObject json) {
    long createdAt = json.getLong("created_at");
    return new InstanceIdentity(
        new InstanceId(json.getInteger("id")),
        json.getInteger("number"),
        Instant.ofEpochMilli(createdAt),
        Instant.ofEpochMilli(json.getLong("birth", createdAt)),
        new TagSecret(json.getString("secret", "")));
  }

  private static JournalEntry entry(JsonObject json, Map<String, String> environment) {
    return new JournalEntry(
        life(json),
        SpecJson.read(json.getJsonObject("spec"), environment),
        state(json.getJsonObject("state")),
        new JournalEntry.BalancingState(
            ReplacementRole.valueOf(json.getString("role", ReplacementRole.CURRENT.name())),
            Optional.ofNullable(json.getString("memo")),
            json.getBoolean("listening", false)),
        Optional.ofNullable(json.getLong("started_at")).map(Instant::ofEpochMilli),
        Optional.ofNullable(json.getJsonObject("process"))
            .map(p ->
                new ProcessIdentity(p.getString("boot"), p.getInteger("pid"), p.getLong("start"))),
        new JournalEntry.ChannelState(
            json.getJsonArray("actions", new JsonArray()).stream().map(String.class::cast).toList(),
            json.getBoolean("reads_messages", false),
            json.getBoolean("shutdown_sent", false)),
        json.getString("version", ""),
        json.getString("port", ""),
        json.getBoolean("stops_gracefully", false));
  }

  private static JsonObject state(InstanceState state) {
    var json =
        new JsonObject()
            .put("wanted", state.desiredState().name())
            .put("phase", state.phase().keyword())
            .put("awaiting", state.startBlocker().name())
            .put("ending", state.stopCause().name())
            .put("signalled", state.signalled())
            .put("generation", state.generation())
            .put("restarts", state.restarts())
            .put("unstable", state.unstable())
            .put("attempts", state.counters().attempts())
            .put("failures", state.counters().failures().count())
            .put("reason", state.reason());
    state.lastExit().ifPresent(exit -> json.put("last_exit", exit(exit)));
    if (!state.forcedReason().isEmpty()) {
      json.put("forced", state.forcedReason());
    }
    return json;
  }

  private static InstanceState state(JsonObject json) {
    Phase phase = Phase.ofKeyword(json.getString("phase"));
    StartBlocker inLaunch = phase == Phase.LAUNCHING ? StartBlocker.SPAWN : StartBlocker.NOTHING;
    return new InstanceState(
        DesiredState.valueOf(json.getString("wanted")),
        phase,
        StartBlocker.valueOf(json.getString("awaiting", inLaunch.name())),
        StopCause.valueOf(json.getString("ending")),
        json.getBoolean("signalled", phase == Phase.STOPPING),
        json.getLong("generation"),
        new RestartCounters(
            json.getInteger("restarts"),
            json.getInteger("unstable"),
            json.getInteger("attempts", 0),
            // The time is not stored, because it refers to the monotonic clock of the daemon that
            // wrote it. The next daemon sets it again.
            new RestartCounters.Failures(json.getInteger("failures", 0), 0)),
        0,
        Optional.ofNullable(json.getJsonObject("last_exit")).map(JournalJson::exit),
        json.getString("reason"),
        json.getString("forced", ""));
  }

  private static JsonObject exit(Exit exit) {
    return switch (exit) {
      case Exit.Code(int code) -> new JsonObject().put("code", code);
      case Exit.Signalled(int signal, boolean core) ->
          new JsonObject().put("signal", signal).put("core", core);
      case Exit.Unknown(String why) -> new JsonObject().put("unknown", why);
    };
  }

  private static Exit exit(JsonObject json) {
    if (json.containsKey("code")) {
      return new Exit.Code(json.getInteger("code"));
    }
    return json.containsKey("signal")
        ? new Exit.Signalled(json.getInteger("signal"), json.getBoolean("core"))
        : new Exit.Unknown(json.getString("unknown"));
  }
}

package io.jpm.god;

import io.jpm.model.EnvFile;
import io.jpm.model.Referred;
import io.jpm.model.Secret;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Where variables are found, as the journal and `dump.json` hold it: never what is there.
final class ReferredJson {
  private ReferredJson() {}

  static void put(JsonObject json, Referred referred) {
    var files = new JsonArray();
    referred
        .files()
        .forEach(file ->
            files.add(
                new JsonObject()
                    .put("path", file.path().toString())
                    .put("optional", file.optional())));
    var secrets = new JsonObject();
    referred.secrets().forEach((name, secret) -> secrets.put(name, write(secret)));
    if (!files.isEmpty()) {
      json.put("env_file", files);
    }
    if (!secrets.isEmpty()) {
      json.put("secrets", secrets);
    }
  }

  private static JsonObject write(Secret secret) {
    return switch (secret) {
      case Secret.InFile(Path path) -> new JsonObject().put("file", path.toString());
      case Secret.Credential(String name) -> new JsonObject().put("credential", name);
      case Secret.OfCommand(List<String> argv) ->
          new JsonObject().put("command", new JsonArray(argv));
    };
  }

  static Referred read(JsonObject json) {
    List<EnvFile> files = new ArrayList<>();
    for (Object file : json.getJsonArray("env_file", new JsonArray())) {
      JsonObject object = (JsonObject) file;
      files.add(new EnvFile(Path.of(object.getString("path")), object.getBoolean("optional")));
    }
    Map<String, Secret> secrets = new HashMap<>();
    json.getJsonObject("secrets", new JsonObject())
        .forEach(entry -> secrets.put(entry.getKey(), secret((JsonObject) entry.getValue())));
    return new Referred(files, secrets);
  }

  private static Secret secret(JsonObject json) {
    if (json.containsKey("file")) {
      return new Secret.InFile(Path.of(json.getString("file")));
    }
    return json.containsKey("credential")
        ? new Secret.Credential(json.getString("credential"))
        : new Secret.OfCommand(
            json.getJsonArray("command").stream().map(String.class::cast).toList());
  }
}

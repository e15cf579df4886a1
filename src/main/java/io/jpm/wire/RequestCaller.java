package io.jpm.wire;

import io.jpm.model.access.Principal;
import io.jpm.model.access.Role;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// Who a request comes from, as the bridge knows it: in a header that it puts on every request, in
/// place of whatever the client has sent under that name.
///
/// @param who the owner, or the holder of a token
/// @param from where from: `unix`, or the address of a TCP peer
public record RequestCaller(Principal who, String from) {
  /// The header's name.
  public static final String HEADER = "jpm-caller";

  /// The header of a request that says how long its sender waits for the answer, in milliseconds.
  /// The bridge takes it from the header `timeout`, which it obeys itself and does not pass on.
  public static final String WAITS = "jpm-waits";

  /// The header's value.
  public String toHeader() {
    return new JsonObject()
        .put("name", who.name())
        .put("role", who.role().word())
        .put("apps", new JsonArray(who.apps().stream().sorted().toList()))
        .put("from", from)
        .encode();
  }

  /// Reads the header's value; empty where it is none, and then nothing may be done.
  public static Optional<RequestCaller> fromHeader(String header) {
    try {
      var json = new JsonObject(header);
      Set<String> apps = new HashSet<>();
      for (Object app : json.getJsonArray("apps")) {
        apps.add((String) app);
      }
      return Role.of(json.getString("role"))
          .map(role ->
              new RequestCaller(
                  new Principal(json.getString("name"), role, apps), json.getString("from")));
    } catch (DecodeException | ClassCastException | NullPointerException malformed) {
      return Optional.empty();
    }
  }
}

package app;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;

@Path("/")
public class Main {
  private static final int STATUS = "1".equals(System.getenv("UNREADY")) ? 503 : 200;

  @GET
  public Response root() {
    return Response.status(STATUS).entity(ProcessHandle.current().pid() + "\n").build();
  }

  @GET
  @Path("ready")
  public Response ready() {
    return root();
  }
}

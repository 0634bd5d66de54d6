import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.io.IOException;
import java.util.List;

/** A server of the MongoDB protocol, in memory, for tests: java -cp 'LIBRARIES/*' Server.java PORT. */
class Server {
  public static void main(String[] arguments) throws IOException {
    MongoServer server = new MongoServer(new MemoryBackend().version(new Version()));
    server.bind("127.0.0.1", Integer.parseInt(arguments[0]));
    // The end of the input is the end of the tests that started us, however they ended.
    while (System.in.read() >= 0) {}
    server.shutdownNow();
  }

  /** The oldest that the driver speaks to, one above what the server says of itself; what a job store asks for is older. */
  static class Version implements MongoVersion {
    public List<Integer> getVersionArray() {
      return List.of(4, 4, 0);
    }

    public int getWireVersion() {
      return 9;
    }
  }
}

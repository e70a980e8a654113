package io.holdfast.verification.torture;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Volume;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.testcontainers.DockerClientFactory;

/**
 * What nodes in containers run on: an image with a Java, or the plain system that {@code verification/containers.sh} makes,
 * into which this machine's JDK is mounted.
 *
 * @param name of the image, which is there
 * @param java the command
 * @param mounts what it needs of this machine
 */
record ContainerImage(String name, String java, List<Bind> mounts) {
    private static final String WITH_JAVA = "eclipse-temurin:17-jre";
    private static final String PLAIN = "holdfast-base:1";

    /** The image; or why there is none, for people. */
    record Found(Optional<ContainerImage> image, String whyNot) {}

    static Found find() {
        boolean available;
        try {
            available = DockerClientFactory.instance().isDockerAvailable();
        } catch (RuntimeException none) {
            available = false;
        }
        if (!available) {
            return new Found(Optional.empty(), "no Docker engine answers");
        }
        DockerClient docker = DockerClientFactory.instance().client();
        if (has(docker, WITH_JAVA)) {
            return new Found(Optional.of(new ContainerImage(WITH_JAVA, "java", List.of())), "");
        }
        if (has(docker, PLAIN)) {
            Path home = Path.of(System.getProperty("java.home"));
            return new Found(
                    Optional.of(
                            new ContainerImage(PLAIN, home.resolve("bin/java").toString(), jdk(home))),
                    "");
        }
        return new Found(
                Optional.empty(),
                "the engine has neither " + WITH_JAVA + " nor " + PLAIN + "; verification/containers.sh gets one");
    }

    private static boolean has(DockerClient docker, String image) {
        try {
            docker.inspectImageCmd(image).exec();
            return true;
        } catch (DockerException absent) {
            return false;
        }
    }

    /** Debian's JDK has links into /etc. */
    private static List<Bind> jdk(Path home) {
        List<Bind> mounts = new ArrayList<>();
        mounts.add(readOnly(home));
        Path settings = Path.of("/etc/java-17-openjdk");
        if (Files.isDirectory(settings)) {
            mounts.add(readOnly(settings));
        }
        return mounts;
    }

    private static Bind readOnly(Path path) {
        return readOnly(path, path.toString());
    }

    static Bind readOnly(Path path, String there) {
        return new Bind(path.toString(), new Volume(there), AccessMode.ro);
    }
}

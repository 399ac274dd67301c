story membership
title
  en: One more, one less
  zh: 增一台，减一台
run raft:membership;r1;s3;servers=3;clients=1;change_every=0

step
  until time >= 20ms
  do fire.n1.0
  until n1.commit >= 3
  do join.n4
  spot n4
  en: Three servers, n1 leads. A fourth is started; nobody knows it yet, and it stands for nothing.
  zh: 三台服务器，n1 是领导者。启动第四台：还没有谁认识它，它也不会参选。

step
  do do.c1.add.n4
  until note "catching up"
  spot n1 n4
  en: c1 asks n1 to add it. n1 fills n4 with the log first; so long n4 has no vote.
  zh: c1 请求 n1 加入 n4。n1 先让 n4 追上日志，在此期间 n4 没有投票权。
  ask
    en: Why not give it a vote at once?
    zh: 为什么不马上给它投票权？
    right
      en: An empty server would count towards the majority and could not help to form one
      zh: 空白的服务器会抬高多数派的门槛，却帮不上忙
      why
        en: Of four three are needed. If one more fails, nothing can be committed until n4 has everything.
        zh: 四台需要三台同意。若再坏一台，在 n4 补齐之前就什么也提交不了。
    wrong
      en: It might vote twice
      zh: 它可能投两次票
      why
        en: It writes its votes down like any other.
        zh: 它和其他服务器一样会把选票写盘。

step
  until n4.members.len = 4
  spot n4
  en: The new configuration is an entry of the log. Whoever has it goes by it at once, committed or not.
  zh: 新配置是日志中的一个条目，谁拿到它就立刻按它行事，无论是否已提交。

step
  until reply ok at c1
  until time >= 1500ms
  do do.c1.remove.n1
  until n1.role != leader
  spot n1
  en: Now the leader itself is removed. It leads until that is committed, without counting itself, and steps down.
  zh: 现在移除领导者自己。它继续领导到该配置提交为止（不把自己计入多数派），然后下台。

step
  until met leader-elected
  until time >= 4s
  claim not broken leader-completeness
  claim not broken linearizable
  en: The three others have elected a leader. Now you: shrink the cluster to two servers.
  zh: 其余三台选出了新的领导者。轮到你了：把集群缩减到两台。
  goal
    reach any.members.len = 2
    within 3s
    allow do 1
    solve do do.c1.remove.n2
